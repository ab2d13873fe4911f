from xml.etree import ElementTree

from petlab.claims import Claim, Verdict, figure, show, undecided

NEVER = Claim("made.never", "a | b", "paper, section 1", "none", lambda _: undecided("3 of 3 runs are missing"))
HOLDS = Claim("made.holds", "more $ is more", "paper, section 2", "none", lambda _: undecided(""))
FOUND = Verdict("holds", 2.5, 1.25, 4.0, 12, "points", "more minus less: 2.5 points", (1.0,))


def test_markdown_has_a_section_a_family_and_a_line_a_claim() -> None:
    other = Claim("other.counted", "one is one", "paper", "none", lambda _: undecided(""))
    exact = Verdict("does not hold here", 25.0, 25.0, 25.0, 4, "%", "a count")
    text = show.as_markdown([(NEVER, undecided("3 of 3")), (HOLDS, FOUND), (other, exact)], {"made": "made.svg"})
    assert "3 claims: 1 not decided, 1 holds, 1 does not hold here" in text
    assert text.count("\n## ") == 2 and text.count("made.svg") == 1
    assert r"| a \| b | **not decided** |  |  | 3 of 3 | paper, section 1; none |" in text
    assert "| **holds** | 2.5 points (1.25 to 4) | 12 | more minus less: 2.5 points |" in text
    assert "| 25 % | 4 |" in text


def test_a_figure_shows_the_claims_that_have_an_effect() -> None:
    assert figure.svg([(NEVER, undecided("nothing"))], "made") is None
    drawn = figure.svg([(NEVER, undecided("nothing")), (HOLDS, FOUND)], "made")
    assert drawn is not None
    assert drawn == figure.svg([(HOLDS, FOUND)], "made")
    ElementTree.fromstring(drawn)
