"""The page as HTML: well formed, nothing from outside, nothing that breaks out, everything that was measured."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import re

import pytest

from petlab.benchmark.load import parse
from petlab.claims import Claim, Verdict, undecided
from petlab.report import Report, gather, render
from tests.advice.given import record, sweep
from tests.report.given import Page, chapter, report
from tests.tables import made_up
from tests.tables.test_escape import EVIL


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return render(report(tmp_path_factory.mktemp("tables")))


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_ids_are_unique_and_links_resolve(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for attributes in page.all("a")]
    assert len(links) > 8 and all(link.startswith("#") and link[1:] in ids for link in links)
    used = [value for tag in ("use",) for one in page.all(tag) for name, value in one.items() if "href" in name]
    assert used and all(value[1:] in ids for value in used)
    assert all(one[1:] in ids for one in re.findall(r"url\((#[^)]+)\)", " ".join(map(str, page.elements))))


def test_claims_stand_under_the_benchmark_that_judges_them(text: str) -> None:
    assert "What the papers claim" not in text  # of a benchmark that none is about
    claim = Claim("a.b", "less is <more>", "paper, section 1", "made_up", lambda _: undecided("too little"))
    judged = dataclasses.replace(chapter(made_up.benchmark()), judged=[(claim, claim.verdict(None))])
    shown = render(gather([judged]))
    assert "less is &lt;more&gt;" in shown and "<b>not decided</b>" in shown and "too little" in shown
    assert "Effects of the claims" not in shown  # none has an effect
    found = Verdict("holds", 2.0, 1.0, 3.0, 6, "points", "two points", (0.0,))
    assert "Effects of the claims" in render(gather([dataclasses.replace(judged, judged=[(claim, found)])]))


def test_nothing_is_loaded_from_elsewhere(text: str, page: Page) -> None:
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "action", "srcset", "poster", "data", "content"):
                assert not re.match(r"\s*(https?:|//|file:)", value), (tag, name, value)
    styles = text[text.index("<style>") : text.index("</style>")]
    assert "@import" not in styles and "url(" not in styles
    policy = next(one["content"] for one in page.all("meta") if "http-equiv" in one)
    assert policy.startswith("default-src 'none';")


def test_only_this_packages_script_may_run(text: str, page: Page) -> None:
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(one["content"] for one in page.all("meta") if "http-equiv" in one)
    assert f"script-src 'sha256-{digest}'" in policy


def test_headings_go_down_one_by_one(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_and_pictures_tell_what_they_are(page: Page) -> None:
    assert page.all("th") and all(one.get("scope") in ("col", "row", "colgroup", "rowgroup") for one in page.all("th"))
    pictures = page.all("svg")
    assert pictures and all(one.get("role") == "img" and one.get("aria-label") for one in pictures)
    assert all(one.get("aria-label") for _, one in page.elements if one.get("role") == "region")


def test_every_run_is_there_with_all_of_it(page: Page, text: str) -> None:
    runs = [one for one in page.all("details") if one.get("class") == "run"]
    assert len(runs) == 6 + 1  # one of the seven cells was not run; one run belongs to no benchmark
    place = "petlab run model=nano_t5 method=lora dataset=samsum scale=low seed=0"
    assert f"{place} train.accumulation=4 method.rank=2" in page.text("code")
    assert page.text("em").count("failed") == 1 and "failed: RuntimeError: out of memory" in page.text("dd")
    assert text.count("<h3>Configuration</h3>") == len(runs) == text.count("<h3>History</h3>")
    assert "0.6250" in page.text("td") and "0.7500" in page.text("td")  # a validation and a training loss
    assert "runs/x/record.json: unreadable" in page.text("li")


def test_counts(page: Page) -> None:
    [lead] = [text for tag, text in page.texts if tag == "p" and "runs of" in text]
    assert lead.startswith("7 runs of 1 model on 3 data sets: 6 done, 1 failed;")
    assert "from reference" in lead and "reused" in lead


def test_without_script_nothing_is_hidden_but_the_tools(page: Page) -> None:
    assert [tag for tag, attributes in page.elements if "hidden" in attributes] == ["form"]


def test_text_cannot_break_out() -> None:
    quoted = EVIL.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    titled = made_up.TEXT.replace("title: A made-up benchmark", f'title: "{quoted}"')
    benchmark = parse("evil", titled.replace("LoRA r2", f'"{quoted}"'))
    made = chapter(benchmark)
    bad = dataclasses.replace(
        record("ia3", dataset="embedded/topics", note=EVIL, model={"name": EVIL}),
        environment=dataclasses.replace(record().environment, hardware=EVIL, git_commit=EVIL),
        metrics={EVIL: 1.0},
    )
    failed = made_up.ended(made.requests[0], "failed", f'"><img src=x onerror=alert(1)>{EVIL}')
    problems = [EVIL, "</script><script>alert(1)</script>"]
    page = Page(render(gather([made], [(bad, "reused"), (failed, "reused")], problems)))
    assert len(page.all("script")) == 1 and len(page.all("style")) == 1 and not page.all("img")
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes), tag
        assert not attributes.get("href", "").lower().startswith("javascript")
    assert any("<script>alert(1)</script>" in text for text in page.text("li"))


def test_advice_of_the_records() -> None:
    runs = [(one, "reused") for one in [*sweep(lora=0.9, full=0.6), *sweep("generation", lora=0.4, full=0.5)]]
    page = Page(render(gather([], runs)))
    assert "lora" in page.text("b") and "full" in page.text("b")
    few = Page(render(gather([], runs[:4])))
    assert "Not enough runs for 3 of 3 questions" in few.text("summary")


def test_benchmarks_begun_are_named(page: Page) -> None:
    assert "half_done" in page.text("code") and any("(3 of 8)" in text for text in page.text("p"))


def test_nothing_was_run() -> None:
    page = Page(render(Report((), ())))
    assert any("petlab bench embedded" in text for text in page.text("code"))


def test_a_run_in_two_benchmarks_is_shown_once() -> None:
    made = chapter(made_up.benchmark())
    both = gather([made, dataclasses.replace(made, benchmark=dataclasses.replace(made.benchmark, name="again"))])
    assert len(both.runs) == 6 and {run.benchmarks for run in both.runs} == {("made_up", "again")}


def test_size_stays_small_with_many_runs() -> None:
    runs = [(dataclasses.replace(record(seed=number), id=f"{number:016x}"), "reused") for number in range(300)]
    assert len(render(gather([], runs))) < 5_000_000
