"""What the page changes in a cell's text."""

import pytest

from petlab.tables.emit.html import _shown
from petlab.tables.grid import Entry


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-0.2167 [-0.2243, -0.2097]", "−0.2167 [−0.2243, −0.2097]"),
        ("-.5", "−.5"),
        ("0.42 % (0.5 %)", "0.42 % (0.5 %)"),
        ("LoRA-r8, 1e-3", "LoRA-r8, 1e-3"),
        ("-", "-"),
    ],
)
def test_numbers_have_a_true_minus_sign_and_words_keep_theirs(text: str, shown: str) -> None:
    assert _shown(Entry(text)) == shown
