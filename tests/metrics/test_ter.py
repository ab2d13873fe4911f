"""TER by hand; that its short cuts change nothing; what its beam leaves out."""

from __future__ import annotations

import random

import pytest

from petlab.metrics import ter, webnlg
from petlab.metrics.ter import shifts
from petlab.metrics.ter.alignment import Reference


def _words(draw: random.Random, most: int, kinds: int) -> tuple[str, ...]:
    return tuple(str(draw.randrange(kinds)) for _ in range(draw.randint(1, most)))


@pytest.mark.parametrize(
    ("output", "reference", "edits"),
    [
        ("a b c", "a b c", 0),
        ("A b", "a B", 0),
        ("a b x", "a b c d", 2),  # a substitution and a deletion
        ("d e a b c", "a b c d e", 1),  # one shift of two words, not four edits
        ("d e a b x", "a b c d e", 2),
        ("a b", "b a", 1),  # a shift that saves one edit and costs one is taken first; nothing is left
        ("", "a b", 2),
        ("x", "a b", 2),
    ],
)
def test_edits_by_hand(output: str, reference: str, edits: int) -> None:
    assert ter.corpus([output], [[reference]]).edits == edits


def test_the_nearest_reference_counts_and_the_mean_length_divides() -> None:
    found = ter.corpus(["a b c", "x"], [["a b d", "q r s t u v"], ["x y"]])
    assert found == (2, 4.5 + 2)
    assert found.score == pytest.approx(2 / 6.5)


def test_bits_give_the_alignment_of_the_table() -> None:
    draw = random.Random(3)
    compared = 0
    for _ in range(300):
        words, reference = _words(draw, 45, 8), Reference(_words(draw, 45, 8))
        table = reference.beam(words)
        distance = reference.distance(reference.states(words)[0], words)
        assert table.edits >= distance
        if not reference.beam_may_matter(len(words), distance):
            compared += 1
            assert reference.align(words) == table
            assert table.edits == distance
    assert compared > 200


def test_the_beam_can_miss_the_best_path() -> None:
    """The output is the end of the reference: 30 deletions, of which the first column allows 21."""
    tokens = [str(number) for number in range(50)]
    reference = Reference(tokens)
    assert reference.distance(reference.states([])[0], tokens[30:]) == 30
    assert reference.align(tokens[30:]).edits > 30


def test_short_cuts_change_no_edits() -> None:
    """The search with the full table for each shift, and to the end that the program goes to."""
    draw = random.Random(5)
    for _ in range(60):
        kinds = draw.choice([5, 40])
        words, reference = _words(draw, 30, kinds), Reference(_words(draw, 30, kinds))
        assert shifts.edits(words, reference) == _plain(words, reference)


def _plain(words: tuple[str, ...], reference: Reference) -> int:
    shifted = 0
    while True:
        current = reference.beam(words)
        best, leader = current.edits, None
        for length, candidates in shifts._blocks(words, reference, current.steps):
            for shift in candidates:
                saved = current.edits - best
                if saved > 2 * length or (leader and saved == 2 * length):
                    break
                moved, _ = shifts._moved(words, shift)
                cost = reference.beam(moved).edits + 1
                if cost < best or (cost == best and not leader):
                    best, leader = cost, moved
        if leader is None:
            return shifted + current.edits
        words = leader
        shifted += 1


def test_a_row_without_a_reference_is_an_error() -> None:
    with pytest.raises(ValueError, match="row 2 has no reference"):
        webnlg.scores(["a", "b"], [["a"], ["", " "]], with_meteor=False)
