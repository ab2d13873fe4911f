import re
from pathlib import Path

from petlab.commands.keep import with_claims

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "claims.md"


def test_the_page_of_claims_is_what_the_committed_records_give() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made, figures = with_claims(text, PAGE.stem, ROOT / "results")
    assert made == text, "python scripts/update_claims.py writes it anew"
    linked = set(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text))
    assert linked == set(figures) == {f"claims/{path.name}" for path in (PAGE.parent / PAGE.stem).iterdir()}
