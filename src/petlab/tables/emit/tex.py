"""Text in LaTeX: nothing of a data set, a label or a record is read as a command."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    '"': "''",
    "`": r"\textasciigrave{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "·": r"$\cdot$",
    "†": r"\dag{}",
    "⊕": r"$\oplus$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
}

_ACCENTS = set("\u0300\u0301\u0302\u0303\u0308\u030a\u030c")  # grave, acute, circumflex, tilde, dots, ring, caron
_LIGATURES = set("ßæÆøØœŒłŁ")
LATIN = 0x180  # the end of Latin Extended-A; of the letters behind it LaTeX knows some
ARROWS = {"↑": r"$^{\uparrow}$", "↓": r"$^{\downarrow}$"}


def escape(text: str) -> str:
    """Text that LaTeX prints as it is; letters that it cannot set with its own fonts become `?`."""
    flat = re.sub(r"\s+", " ", text)
    return "".join(_ESCAPES.get(letter) or (letter if _printable(letter) else "?") for letter in flat)


def _printable(letter: str) -> bool:
    """ASCII, and what LaTeX's own fonts have: Latin letters with one accent that it can set, and a few ligatures."""
    if letter.isascii():
        return letter.isprintable()
    apart = unicodedata.normalize("NFD", letter)
    base, accent = apart[0], apart[1:]
    latin = ord(letter) < LATIN and base.isascii() and base.isalpha()
    return letter in _LIGATURES or (latin and accent in _ACCENTS)


def comment(text: str) -> str:
    """Text behind a %, on one line."""
    return "".join(letter if _printable(letter) else " " for letter in " ".join(text.split()))


def raised(letters: str) -> str:
    """Letters of the legend."""
    return rf"\textsuperscript{{{letters}}}" if letters else ""


def marked(label: str) -> str:
    """A row's label as the papers set it: `RoB_base (Adpt^D)†` with its sub- and superscripts."""
    parts = re.split(r"([_^][A-Za-z0-9]+)", label)
    commands = {"_": r"\textsubscript", "^": r"\textsuperscript"}
    return "".join(
        rf"{commands[part[0]]}{{{escape(part[1:])}}}" if at % 2 else escape(part) for at, part in enumerate(parts)
    )
