"""The Penn Treebank tokenizer against its documented behaviour and, where Java is there, against the program."""

from __future__ import annotations

import importlib.util
import random
import re
import shutil
import string
import subprocess
from pathlib import Path

import pytest

from petlab.metrics import ptb

CASES = {
    "It's a £20-25 pub, isn't it?": "it 's a # 20-25 pub , is n't it ?",
    'A "good" place -- not (so) bad...': "a `` good '' place -- not -lrb- so -rrb- bad ...",
    "I cannot; we're gonna 'tis": "i can not ; we 're gon na 't is",
    "Mr. Smith of the U.S. The end.": "mr. smith of the u.s. . the end .",
    "family-friendly, 1 1/2 and 3/5 of A&B": "family-friendly , 1\u00a01/2 and 3/5 of a&b",
    "etc. Next etc. next Jr.": "etc. . next etc. next jr. .",
    "a@b.com www.x.com. x:) café’s “q”": "a@b.com www.x.com . x :-rrb- café 's `` q ''",
    "No. 5 no. five": "no. 5 no . five",
    "": "",
    " \t ": "",
    "😀": "",
}


@pytest.mark.parametrize(("text", "tokens"), CASES.items())
def test_cases(text: str, tokens: str) -> None:
    assert " ".join(ptb.tokenize([text])[0]) == tokens


def test_lines_stay_lines() -> None:
    assert ptb.tokenize(["a\tb \t", "", "c\u2028d", "e\nf"]) == [["a", "b"], [], ["c", "d"], ["e", "f"]]


def test_captions_leave_punctuation_out_but_not_brackets() -> None:
    """The list of punctuation names brackets in capitals, after the tokens are lower-cased: the official quirk."""
    assert ptb.captions(["Yes, (it is)."]) == ["yes -lrb- it is -rrb-"]


def test_only_rules_that_can_begin_there_are_tried() -> None:
    """The choice of rules by first character is a short cut: it never loses a match."""
    texts = [*CASES, "x-y., A+B., &quot;a &nbsp;b '90s 5'10\" <a b='c'> $5 ½ … n't"]
    for text in texts:
        folded = ptb.fold(text)
        for place, character in enumerate(folded):
            found = {rule for rule in ptb.RULES if rule.pattern.match(folded, place)}
            assert found <= set(ptb._rules_for(character))


def _program() -> Path | None:
    spec = importlib.util.find_spec("pycocoevalcap")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "tokenizer" / "stanford-corenlp-3.4.1.jar"
        if path.is_file() and shutil.which("java"):
            return path
    return None


@pytest.mark.skipif(_program() is None, reason="needs Java and petlab[nlg]")
def test_agrees_with_the_program(tmp_path: Path) -> None:
    """Every token of 3,000 random lines, made of what such texts contain and of what divides tokens."""
    draw = random.Random(7)
    marks = "' \" - . , ; : ! ? ( ) / & £ € 5 1.5 n't 's co. word Word U.K. x"
    pieces = " ".join([*CASES, marks]).split()
    lines = []
    for _ in range(3000):
        chosen = [draw.choice(pieces) + draw.choice(["", " ", " "]) for _ in range(draw.randint(1, 6))]
        lines += ["".join(chosen).replace("😀", ""), "zz"]
    source = tmp_path / "lines.txt"
    source.write_text("\n".join(lines), encoding="utf-8")
    command = ["java", "-cp", str(_program()), "edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase"]
    printed = subprocess.run([*command, str(source)], capture_output=True, check=True).stdout.decode().split("\n")
    mine = [" ".join(tokens) for tokens in ptb.tokenize(lines)]
    assert mine == [line.rstrip(" ") for line in printed[: len(lines)]]


def test_the_short_cut_for_plain_words_gives_what_the_rules_give(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(5)
    others = ["No", "Fig", "p", "Apt", "4", "1/2", "000", "$5", "(555)", "555-1234", "-", "&", "%", "am", "St.", "U.S."]

    def word() -> str:
        letters = "".join(draw.choices(string.ascii_letters, k=draw.randint(1, 4)))
        plain = letters + "".join(draw.choices(string.digits, k=draw.randint(0, 5)))
        return draw.choice([plain, plain, f"{plain},", f"{plain}.", f"{plain}'s", draw.choice(others)])

    lines = [" ".join(word() for _ in range(8)) for _ in range(300)]
    shortened = ptb.tokenize(lines)
    monkeypatch.setattr(ptb, "_PLAIN", re.compile("(?!)"))  # matches nothing: the rules alone
    assert ptb.tokenize(lines) == shortened
