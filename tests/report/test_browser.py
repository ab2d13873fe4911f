"""The page in a real browser: no errors, nothing wider than a phone, links that open runs, a working filter."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from petlab.report import render
from tests.report.given import report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--allow-file-access-from-files", "--enable-logging=stderr",
    "--virtual-time-budget=4000", "--dump-dom",
]  # fmt: skip
HARNESS = """<!doctype html><iframe id="page" src="index.html" style="width: %dpx; height: 800px; border: 0"></iframe>
<script>
addEventListener("load", () => {
  const page = document.getElementById("page").contentWindow, seen = page.document;
  const wide = [...seen.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > page.innerWidth
    && !one.closest(".wide, pre, figure, .skip")).map((one) => one.outerHTML.slice(0, 80));
  const form = seen.querySelector(".tools"), runs = [...seen.querySelectorAll("details.run")];
  form.elements.words.value = "lora ag_news";
  form.elements.words.dispatchEvent(new Event("input"));
  const filtered = runs.filter((one) => one.offsetParent !== null).length;
  form.elements.order.value = "score";
  form.elements.order.dispatchEvent(new Event("change"));
  const scores = [...seen.querySelectorAll("details.run")].map((one) => one.dataset.score);
  page.location.hash = "#" + runs[5].id;
  setTimeout(() => {
    const found = { width: page.innerWidth, scroll: seen.documentElement.scrollWidth, wide,
      tools: !form.hidden, filtered, scores, asked: runs[5].id,
      opened: runs.filter((one) => one.open).map((one) => one.id),
      shown: runs[5].querySelector("pre").offsetHeight > 0 };
    document.body.textContent = "FOUND" + JSON.stringify(found) + "END";
  }, 300);
});
</script>"""


def look(folder: Path, width: int) -> tuple[dict, str]:  # type: ignore[type-arg]
    """What the harness saw at a width in CSS pixels, and the browser's log."""
    folder.joinpath("harness.html").write_text(HARNESS % width, encoding="utf-8")
    assert BROWSER is not None
    profile = f"--user-data-dir={folder / f'profile{width}'}"
    command = [BROWSER, *FLAGS, profile, (folder / "harness.html").as_uri()]
    environment = {**os.environ, "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True, env=environment)
    [found] = re.findall(r"FOUND(\{.*\})END", done.stdout)
    return json.loads(found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")), done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("browser")
    made.joinpath("index.html").write_text(render(report(made)), encoding="utf-8")
    return made


@pytest.mark.parametrize("width", [390, 1280])
def test_page(folder: Path, width: int) -> None:
    found, log = look(folder, width)
    assert found["width"] == width and found["scroll"] <= width and found["wide"] == []
    assert [line for line in log.splitlines() if "CONSOLE" in line] == []
    assert found["tools"] and found["filtered"] == 1  # LoRA on AG News was run at one scale
    assert found["opened"] == [found["asked"]] and found["shown"]
    scored = [float(score) for score in found["scores"] if score]
    assert scored == sorted(scored, reverse=True) and found["scores"][-1] == ""
