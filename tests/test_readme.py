from pathlib import Path

from petlab.commands.keep import with_measures, with_tables

README = Path(__file__).resolve().parents[1] / "README.md"


def test_every_table_of_the_readme_is_what_the_reference_records_give() -> None:
    text = README.read_text(encoding="utf-8")
    assert "<!-- table: embedded quality -->" in text
    assert with_tables(text) == text


def test_what_performance_shows_is_what_was_measured() -> None:
    text = (README.parent / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "<!-- speed: amd-epyc-2-cores -->" in text
    assert with_measures(text, README.parent / "results" / "speed") == text
