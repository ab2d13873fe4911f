"""TERCOM's greedy search: the best shift of a block of words, again and again, while a shift does not cost more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from petlab.metrics.ter.alignment import DELETE, INSERT, MATCH, Alignment, Reference

MAX_BLOCK = 10  # words
MAX_DISTANCE = 50  # words, from a block to where it goes


class Shift(NamedTuple):
    """Words start … end (both included) go behind word `after`; -1 = to the front."""

    start: int
    end: int
    after: int


def edits(words: tuple[str, ...], reference: Reference) -> int:
    """The edits that the search needs, its shifts counted; at least one word."""
    least = fewest(words, reference)
    current = reference.align(words)
    shifts = 0
    while current.edits > least:
        found = _best(words, reference, current, least)
        if found is None:
            break
        words, current = found
        shifts += 1
    return shifts + current.edits


def fewest(words: Sequence[str], reference: Reference) -> int:
    """The edits that are needed in whatever order the words are: no search needs fewer."""
    common = sum(min(words.count(token), len(places)) for token, places in reference.places.items())
    return max(len(words), len(reference.tokens)) - common


def _best(
    words: tuple[str, ...], reference: Reference, current: Alignment, least: int
) -> tuple[tuple[str, ...], Alignment] | None:
    """The words after the best shift and their alignment, or None if each costs more than it saves.

    Longer blocks come first. A shift takes the lead with a gain, or without a loss if it is the first to do so. The
    search ends where no later block, which can save two edits a word, could do better; and, which changes no result,
    where no order of words could.
    """
    states = reference.states(words)
    known: dict[tuple[str, ...], int] = {}
    best = current.edits  # with the shift's own edit
    leader: tuple[tuple[str, ...], Alignment] | None = None
    for length, shifts in _blocks(words, reference, current.steps):
        for shift in shifts:
            saved = current.edits - best
            if saved > 2 * length or (leader and saved == 2 * length) or least + 1 + bool(leader) > best:
                return leader
            moved, unmoved = _moved(words, shift)
            if moved not in known:
                known[moved] = reference.distance(states[unmoved], moved[unmoved:])
            cost = known[moved] + 1
            if cost + bool(leader) > best:
                continue
            alignment = reference.align(moved)  # may need more edits, for the beam
            if alignment.edits + 1 + bool(leader) <= best:
                best, leader = alignment.edits + 1, (moved, alignment)
    return leader


def _blocks(words: Sequence[str], reference: Reference, steps: str) -> Iterator[tuple[int, list[Shift]]]:
    """The shifts to try by length of block, the longest first."""
    shifts: list[list[Shift]] = [[] for _ in range(MAX_BLOCK)]
    wrong, missed, aligned = _errors(steps)
    tokens = reference.tokens
    for start in range(len(words)):
        places = reference.places.get(words[start], [])
        if not any(aligned[p] != start and -MAX_DISTANCE - 1 <= aligned[p] - start <= MAX_DISTANCE for p in places):
            continue
        for end in range(start, min(start + MAX_BLOCK, len(words))):
            ahead = end - start
            places = [p for p in places if p + ahead < len(tokens) and tokens[p + ahead] == words[end]]
            if not places:
                break
            ones = (1 << ahead + 1) - 1
            if not wrong >> start & ones:
                continue
            movable = False
            for place in places:
                now = aligned[place]
                if start <= now <= end or abs(now - start) > MAX_DISTANCE:
                    continue
                movable = True
                if missed >> place & ones:
                    shifts[ahead] += _targets(Shift(start, end, now), place, aligned)
            if not movable:
                break
    for length in range(MAX_BLOCK, 0, -1):
        yield length, shifts[length - 1]


def _targets(block: Shift, place: int, aligned: Sequence[int]) -> Iterator[Shift]:
    """Where a block may go that equals the reference from `place` on: behind what its tokens are aligned with."""
    for token in range(place - 1, place + block.end - block.start + 1):
        if token < 0:
            yield block._replace(after=-1)
        elif aligned[token] != block.start and (token == place or aligned[token] != aligned[place]):
            yield block._replace(after=aligned[token])


def _errors(steps: str) -> tuple[int, int, list[int]]:
    """The wrong words and the missed reference tokens, as bits, and the word that each token is aligned with.

    A deleted token goes with the word before it; -1 = before all words.
    """
    wrong = missed = 0
    aligned: list[int] = []
    word = -1
    for step in steps:
        if step != DELETE:
            word += 1
            wrong |= (step != MATCH) << word
        if step != INSERT:
            missed |= (step != MATCH) << len(aligned)
            aligned.append(word)
    return wrong, missed, aligned


def _moved(words: tuple[str, ...], shift: Shift) -> tuple[tuple[str, ...], int]:
    """The words after a shift, and how many of the first stay as they are."""
    start, end, after = shift
    block = words[start : end + 1]
    if after < start:
        return words[: after + 1] + block + words[after + 1 : start] + words[end + 1 :], after + 1
    if after <= end:  # behind one of its own words: as far on, behind the words that follow it
        after += end - start
    return words[:start] + words[end + 1 : after + 1] + block + words[after + 1 :], start
