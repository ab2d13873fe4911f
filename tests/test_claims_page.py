"""docs/claims.md beside the claims there are and the committed records."""

import re
from pathlib import Path

import pytest

from petlab.claims import CLAIMS
from petlab.commands.keep import with_claims

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "claims.md"


def test_every_claim_and_every_figure_has_its_place() -> None:
    text = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\| (.+?) \| \*\*", text, re.MULTILINE)
    assert sorted(listed) == sorted(claim.text for claim in CLAIMS)
    linked = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    assert sorted(linked) == sorted(f"claims/{path.name}" for path in (PAGE.parent / PAGE.stem).iterdir())


@pytest.mark.slow
def test_the_page_is_what_the_committed_records_give() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made, figures = with_claims(text, PAGE.stem, ROOT / "results")
    assert made == text, "python scripts/update_claims.py writes it anew"
    assert set(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)) == set(figures)
