"""Letters as ASCII ones, as WebNLG 2017's script has them made by Unidecode, for the letters and marks of Europe."""

from __future__ import annotations

import unicodedata

# What does not decompose into an ASCII letter and its accents.
_OTHERS = str.maketrans(
    {
        **{"Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss", "Þ": "Th", "þ": "th", "Ø": "O", "ø": "o"},
        **{"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Ħ": "H", "ħ": "h", "ı": "i", "ə": "@"},
        **{"‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "--", "−": "-", "‘": "'", "’": "'", "‚": ",", "′": "'"},
        **{"“": '"', "”": '"', "„": ",,", "″": "''", "«": "<<", "»": ">>", "…": "...", "•": "*", "·": "*"},
        **{"€": "EUR", "£": "PS", "¥": "Y=", "§": "SS", "°": "deg", "×": "x", "¡": "!", "¿": "?", "\xa0": " "},
        **{"¼": " 1/4", "½": " 1/2", "¾": " 3/4", "™": "(tm)", "©": "(c)", "®": "(r)", "±": "+-"},
    }
)


def fold(text: str) -> str:
    """The text without accents; letters of other scripts stay (Unidecode would spell them)."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_OTHERS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
