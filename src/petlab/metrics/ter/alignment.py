"""Edit distance of words to a reference and the alignment that TERCOM takes among equals.

TERCOM fills the table of distances column by column, a column an output word, and leaves out cells that cost more than
`BEAM` above the best of the column before. Where that cannot matter the table is kept as bits, a row a bit (Myers 1999
as in Hyyrö 2003): the same distance and the same alignment, some thirty times as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

BEAM = 20

MATCH, SUBSTITUTE, INSERT, DELETE = " SID"  # an insertion is an output word without a reference word

# After some output words: the rows where the distance is by one more, and by one less, than in the row above, and the
# distance in the last row.
State = tuple[int, int, int]


class Alignment(NamedTuple):
    """How words become the reference."""

    edits: int
    steps: str  # in order, one of the four letters each


class Reference:
    """A reference, not empty, that many orders of words are compared with."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.places: dict[str, list[int]] = {}
        for place, token in enumerate(tokens):
            self.places.setdefault(token, []).append(place)
        self._rows = {token: sum(1 << place for place in places) for token, places in self.places.items()}
        self._full = (1 << len(tokens)) - 1

    def states(self, words: Sequence[str]) -> list[State]:
        """The state before the first word and after each."""
        states = [(self._full, 0, len(self.tokens))]
        self._after(states[0], words, states)
        return states

    def distance(self, state: State, words: Sequence[str]) -> int:
        """The edit distance once `words` follow what led to `state`; TERCOM's is this, or more for its beam."""
        return self._after(state, words)[2]

    def _after(self, state: State, words: Sequence[str], trail: list[State] | None = None) -> State:
        """The state after words; `trail` takes the one after each."""
        more, less, distance = state
        full, rows, last = self._full, self._rows, len(self.tokens) - 1
        for word in words:
            equal = rows.get(word, 0)
            kept = (((equal & more) + more) ^ more | equal | less) & full  # as far as in the row above, a word earlier
            right_more = less | full & ~(kept | more)
            right_less = kept & more
            distance += (right_more >> last) - (right_less >> last)
            right_more = right_more << 1 | 1
            more = (right_less << 1 | ~(kept | right_more)) & full
            less = right_more & kept & full
            if trail is not None:
                trail.append((more, less, distance))
        return more, less, distance

    def beam_may_matter(self, count: int, distance: int) -> bool:
        """Whether TERCOM's beam could leave out a cell of a best path from `count` words.

        Such a cell costs more than `BEAM` above another row of its column. Neighbouring rows differ by at most one, so
        the rows lie further apart than `BEAM`; and a path costs at least its distance from the diagonal on either side
        of a cell. With a difference of lengths `gap`, that takes at least 2 (BEAM + 1) - gap edits, and BEAM + 1.
        """
        gap = abs(len(self.tokens) - count)
        return len(self.tokens) > BEAM and distance > max(BEAM, 2 * BEAM + 1 - gap)

    def align(self, words: Sequence[str]) -> Alignment:
        """TERCOM's alignment of words, at least one, to the reference."""
        states = self.states(words)
        distance = states[-1][2]
        if self.beam_may_matter(len(words), distance):
            return self.beam(words)
        # Backwards from the last row; of equals a pair of words first, then an insertion, then a deletion.
        steps = []
        row, column = len(self.tokens), len(words)
        while row or column:
            more, less, _ = states[column]
            own = row and (more >> row - 1 & 1) - (less >> row - 1 & 1)  # above this row's distance
            if row and column and words[column - 1] == self.tokens[row - 1]:
                step = MATCH
            elif row and column and own + self._right(states, row - 1, column) == 1:
                step = SUBSTITUTE
            elif column and self._right(states, row, column) == 1:
                step = INSERT
            else:
                step = DELETE
            steps.append(step)
            row -= step != INSERT
            column -= step != DELETE
        return Alignment(distance, "".join(reversed(steps)))

    def _right(self, states: Sequence[State], row: int, column: int) -> int:
        """By how much the distance in a row is more than a column before."""
        (more, less, _), (more_before, less_before, _) = states[column], states[column - 1]
        rows = (1 << row) - 1
        now = (more & rows).bit_count() - (less & rows).bit_count()
        return 1 + now - (more_before & rows).bit_count() + (less_before & rows).bit_count()

    def beam(self, words: Sequence[str]) -> Alignment:
        """The table as TERCOM fills it, with its beam."""
        tokens = self.tokens
        height, width = len(tokens), len(words)
        costs: list[list[int | None]] = [[None] * (height + 1) for _ in range(width + 1)]
        steps = [[""] * (height + 1) for _ in range(width + 1)]
        costs[0][0] = 0
        best_here: int | None = None
        first, last = 0, 0
        for column in range(width + 1):
            best_before, best_here = best_here, None
            here, more = costs[column], column < width
            right = costs[column + 1] if more else []
            first_kept, last_reached = -1, -1
            row = first
            while row <= min(last, height):
                cost = here[row]
                if cost is None or (more and best_before is not None and cost > best_before + BEAM):
                    row += 1
                    continue
                if first_kept < 0:
                    first_kept = row
                if row < height and more:
                    same = tokens[row] == words[column]
                    paired = cost if same else cost + 1
                    right[row + 1], steps[column + 1][row + 1] = paired, MATCH if same else SUBSTITUTE
                    best_here = paired if best_here is None else min(best_here, paired)
                last_reached = row + 1
                if more and ((old := right[row]) is None or old > cost + 1):
                    right[row], steps[column + 1][row] = cost + 1, INSERT
                if row < height and ((old := here[row + 1]) is None or old > cost + 1):
                    here[row + 1], steps[column][row + 1] = cost + 1, DELETE
                    last = max(last, row + 1)
                row += 1
            first, last = max(first_kept, 0), last_reached
        path = []
        row, column = height, width
        while row or column:
            step = steps[column][row]
            path.append(step)
            row -= step != INSERT
            column -= step != DELETE
        edits = costs[width][height]
        assert edits is not None  # the last column is filled downwards from its best cell
        return Alignment(edits, "".join(reversed(path)))
