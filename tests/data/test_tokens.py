"""Rows of each family: what is read, what is learnt, and where long texts are cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from petlab.data.example import Example
from petlab.data.prompts import ask
from petlab.data.spec import DatasetSpec
from petlab.data.tokens import Longest, longest, tokenise
from petlab.errors import UserError
from petlab.methods.few_shot import FewShot
from tests.data.given import MINIMAL

PAIRS = {"source": "{first} {second}", "labels": ["no", "yes"], "max_source_tokens": 40}


def spec(**values: Any) -> DatasetSpec:
    return DatasetSpec.from_dict({**MINIMAL, **PAIRS, **values})


def example(first: str, second: str, target: str = "yes", row: int = 0) -> Example:
    return Example(f"test-{row}", {"first": first, "second": second}, (target,), str(row))


@pytest.fixture(scope="module")
def tokenizers(tiny_bases: dict[str, Path]) -> dict[str, Any]:
    """Byte tokens; an encoder's tokenizer joins pairs, a decoder's adds nothing."""
    return {family: AutoTokenizer.from_pretrained(folder) for family, folder in tiny_bases.items()}


def text(tokenizer: Any, ids: tuple[float, ...]) -> str:
    return str(tokenizer.decode([int(number) for number in ids]))


def test_text_to_text_reads_the_source_and_writes_the_target(tokenizers: dict[str, Any]) -> None:
    [row] = tokenise(spec(), [example("ab", "cd")], tokenizers["seq2seq"])
    assert (
        text(tokenizers["seq2seq"], row.source) == "ab cd</s>" and text(tokenizers["seq2seq"], row.target) == "yes</s>"
    )


def test_an_encoder_reads_two_segments_and_learns_a_place(tokenizers: dict[str, Any]) -> None:
    rows = tokenise(spec(), [example("ab", "cde")], tokenizers["encoder"], family="encoder", segments=True)
    assert text(tokenizers["encoder"], rows[0].source) == "<s>ab</s>cde</s>"
    assert rows[0].segments == (0, 0, 0, 0, 1, 1, 1, 1) and rows[0].target == (1,)
    [plain] = tokenise(spec(), [example("ab", "cde", "no")], tokenizers["encoder"], family="encoder")
    assert plain.segments == () and plain.target == (0,)


def test_an_encoder_learns_the_score_itself(tokenizers: dict[str, Any]) -> None:
    scored = spec(task="regression", labels=[], scores={"least": 0, "most": 5, "step": 0.2}, metric="pearson")
    [row] = tokenise(scored, [example("a", "b", "3.75")], tokenizers["encoder"], family="encoder")
    assert row.target == (3.75,)
    [written] = tokenise(scored, [example("a", "b", "3.75")], tokenizers["causal"], family="causal")
    assert text(tokenizers["causal"], written.target) == " 3.8</s>"


def test_of_two_segments_the_longer_is_cut(tokenizers: dict[str, Any]) -> None:
    limits = Longest(source=13, target=8)
    pair = [example("abcdefghijkl", "xyz")]
    [row] = tokenise(spec(), pair, tokenizers["encoder"], family="encoder", limits=limits)
    assert text(tokenizers["encoder"], row.source) == "<s>abcdefg</s>xyz</s>"


def test_a_causal_prompt_is_cut_at_its_beginning_and_a_completion_before_its_end(tokenizers: dict[str, Any]) -> None:
    long = [example("abcdefghijkl", "xyz")]
    limits = Longest(source=6, target=3)
    [row] = tokenise(spec(), long, tokenizers["causal"], family="causal", limits=limits)
    assert text(tokenizers["causal"], row.source) == "l xyz</s>"
    assert text(tokenizers["causal"], row.target) == " y</s>"


def test_a_token_that_begins_every_text_stays_before_the_prompt(tokenizers: dict[str, Any]) -> None:
    class Opening:
        """Puts `</s>` before every text, as OPT's tokenizer does."""

        bos_token_id, eos_token_id, eos_token, name_or_path = 1, 1, "</s>", "opening"

        def __call__(self, texts: Any, add_special_tokens: bool = True, **_: Any) -> dict[str, Any]:
            plain = tokenizers["causal"]
            if isinstance(texts, str):
                return {"input_ids": [1] * add_special_tokens + plain(texts)["input_ids"]}
            return {"input_ids": [self(one, add_special_tokens)["input_ids"] for one in texts]}

    limits = Longest(source=6, target=8)
    [row] = tokenise(spec(), [example("abcdefghijkl", "xyz")], Opening(), family="causal", limits=limits)
    assert text(tokenizers["causal"], row.source) == "</s> xyz</s>"


def test_a_tokenizer_without_an_end_is_refused() -> None:
    class Endless:
        eos_token, name_or_path = None, "endless"

    with pytest.raises(UserError, match="endless has no end token"):
        tokenise(spec(), [example("a", "b")], Endless(), family="causal")


@pytest.mark.parametrize(
    ("family", "room", "expected"),
    [
        ("seq2seq", None, (40, 8)),
        ("seq2seq", 30, (30, 8)),
        ("encoder", 100, (40, 8)),
        ("encoder", 12, (12, 8)),
        ("causal", 100, (40, 8)),
        ("causal", 30, (22, 8)),
    ],
)
def test_rows_are_cut_to_the_positions_of_a_model(family: str, room: int | None, expected: tuple[int, int]) -> None:
    found = longest(spec(), family, room)
    assert (found.source, found.target) == expected


@pytest.mark.parametrize(("family", "room"), [("encoder", 7), ("causal", 15), ("causal", -80), ("seq2seq", 7)])
def test_no_room_for_an_input_or_its_output_is_an_error(family: str, room: int) -> None:
    with pytest.raises(UserError, match=f"positions for {room} tokens"):
        longest(spec(), family, room)


def questions(number: int) -> list[Example]:
    return [example(f"q{row}", "?", row=row) for row in range(number)]


def solved(number: int) -> list[Example]:
    return [example(f"e{row}", "!", "no" if row % 2 else "yes", row=100 + row) for row in range(number)]


def asked(tokenizer: Any, family: str, shots: int, *, room: int | None = None, seed: int = 0) -> list[str]:
    set_ = spec(max_source_tokens=60)
    write = FewShot(shots=shots).prompt
    rows = ask(set_, questions(5), solved(9), tokenizer, write, family=family, room=room, shots=shots, seed=seed)
    return [text(tokenizer, row.source) for row in rows]


def test_solved_examples_stand_before_the_question(tokenizers: dict[str, Any]) -> None:
    prompts = asked(tokenizers["causal"], "causal", 2)
    for number, prompt in enumerate(prompts):
        first, second, question = prompt.split("\n\n")
        assert question == f"q{number} ?\n"
        for shown in (first, second):
            row = int(shown[1])
            assert shown == f"e{row} !\n{'no' if row % 2 else 'yes'}"
    assert asked(tokenizers["seq2seq"], "seq2seq", 0) == [f"q{number} ?</s>" for number in range(5)]


def test_each_question_has_its_own_examples_drawn_by_seed(tokenizers: dict[str, Any]) -> None:
    prompts = asked(tokenizers["causal"], "causal", 3)
    assert len({prompt.rpartition("\n\n")[0] for prompt in prompts}) > 1
    assert asked(tokenizers["causal"], "causal", 3) == prompts
    assert asked(tokenizers["causal"], "causal", 3, seed=1) != prompts


def test_whole_examples_are_left_out_where_the_model_has_no_room(tokenizers: dict[str, Any]) -> None:
    """One example takes 9 or 10 bytes with its separator, the question 5, the answer 8."""
    for prompt in asked(tokenizers["causal"], "causal", 4, room=8 + 5 + 22):
        assert prompt.count("\n\n") == 2 and prompt.startswith("e")
    for prompt in asked(tokenizers["causal"], "causal", 4, room=8 + 8):
        assert prompt.startswith("q")
