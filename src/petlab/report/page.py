"""The report as HTML: one file, nothing loaded from elsewhere, readable without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import yaml
from markupsafe import Markup

from petlab import advice
from petlab.advice import show
from petlab.claims import figure as claims_figure
from petlab.report.chart import loss_chart
from petlab.report.gather import Chapter, Report, Run
from petlab.report.summary import commit, grids, lead, many
from petlab.tables.emit import html
from petlab.tables.emit.drawing import fit_for_page
from petlab.tables.numbers import compact, fixed, percent, seconds
from petlab.templates import environment, text

HERE = "petlab.report"

LEVEL = 3  # of the headings of a benchmark's tables: below the page's title and the benchmark's


def render(report: Report) -> str:
    """The page. Every text that is not of this package's own files is escaped."""
    script = text(HERE, "report.js")
    template = environment(HERE).get_template("page.html")
    return template.render(
        lead=lead(report),
        grids=grids(report),
        advised=_advised(report),
        chapters=[_chapter(chapter) for chapter in report.chapters],
        runs=[_run(run) for run in report.runs],
        begun=report.begun,
        problems=report.problems,
        style=Markup(html.style() + text(HERE, "report.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _advised(report: Report) -> dict[str, Any] | None:
    """What the records say to each limit, scale and task; None without records."""
    evidence = advice.evidence_of_records(report.records)
    scales = [scale for scale in advice.SCALES if any(one.scale == scale for one in evidence.observations)]
    tasks = [task for task in advice.TASKS if any(one.task == task for one in evidence.observations)]
    pieces = [
        advice.advise(evidence, task, scale, limit) for limit in advice.LIMITS for scale in scales for task in tasks
    ]
    if not pieces:
        return None
    ranked = [_advice(one, one.ranking[0].variant, show.verdict(one)[1:]) for one in pieces if one.ranking]
    missing = [_advice(one, "", one.missing) for one in pieces if not one.ranking]
    return {"ranked": ranked, "missing": missing, "told": evidence.told, "limits": advice.LIMITS}


def _advice(piece: advice.Advice, first: str, lines: Sequence[str]) -> dict[str, Any]:
    return {"limit": piece.limit, "scale": piece.scale, "task": piece.task, "first": first, "lines": lines}


def _chapter(chapter: Chapter) -> dict[str, Any]:
    """A benchmark's tables and figures as HTML, and which runs stand behind each cell."""
    name, document = chapter.benchmark.name, chapter.document
    return {
        "name": name,
        "title": document.title,
        "citation": document.citation,
        "synthetic": document.synthetic,
        "body": Markup(html.fragment(document, LEVEL)),
        "judged": chapter.judged,
        "effects": _effects(chapter),
        "scales": _behind(chapter),
    }


def _effects(chapter: Chapter) -> Markup | None:
    """The figure of the claims that the benchmark judges."""
    drawn = claims_figure.svg(chapter.judged, "Effects and what is claimed of them")
    name = f"Effects of the claims that {chapter.benchmark.name} judges"
    return Markup(fit_for_page(drawn, f"{chapter.benchmark.name}-claims", name)) if drawn is not None else None


def _behind(chapter: Chapter) -> list[dict[str, Any]]:
    """For each scale a line a row: the runs (seed and id) of each data set."""
    datasets = list(dict.fromkeys(request.dataset for request in chapter.requests))
    found = []
    for scale in dict.fromkeys(request.scale for request in chapter.requests):
        requests = [request for request in chapter.requests if request.scale == scale]
        rows: dict[str, dict[str, list[tuple[int, str]]]] = {}
        for request in requests:
            record = chapter.placed.get(request.key, (None, ""))[0]
            if record is not None:
                cells = rows.setdefault(chapter.benchmark.row(request.row).label, {name: [] for name in datasets})
                cells[request.dataset].append((request.seed, record.id))
        if rows:
            found.append({"scale": scale, "datasets": datasets, "rows": rows})
    return found


def _run(run: Run) -> dict[str, Any]:
    """One run: what its line shows, and what opens under it."""
    record, config = run.record, run.record.config
    names = {group: _name(config, group) for group in ("model", "method", "dataset", "scale")}
    metric = config["dataset"].get("metric", "") if isinstance(config.get("dataset"), dict) else ""
    return {
        **names,
        "id": record.id,
        "label": run.label,
        "seed": config.get("seed", "?"),
        "status": record.status,
        "origin": run.origin,
        "metric": metric,
        "score": fixed(record.metrics[metric], 4) if metric in record.metrics else "",
        "seconds": f"{record.convergence.run_s:.1f}",
        "facts": _facts(run),
        "command": run.command,
        "chart": loss_chart(record.convergence, run.train_losses),
        "history": _history(run),
        "trained": bool(run.train_losses),
        "config": yaml.safe_dump(config, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100),
    }


def _facts(run: Run) -> list[tuple[str, str]]:
    """Name and text of everything in the record but its configuration and evaluations."""
    record = run.record
    fit, time, environment = record.convergence, record.time, record.environment
    facts = [("run", f"{record.id}, {run.origin}")]
    facts += [("benchmarks", ", ".join(run.benchmarks))] if run.benchmarks else []
    facts += [("status", f"{record.status}{f': {fit.reason}' if fit.reason else ''}")]
    facts += [("test scores", ", ".join(f"{name} {value:.4f}" for name, value in record.metrics.items()))]
    if record.params is not None:
        params = record.params
        kept = f"{params.stored:,} stored ({percent(params.stored, params.base)} of {params.base:,})"
        facts.append(("parameters", f"{kept}, {params.trained:,} trained"))
        facts.append(("file", f"{compact(params.stored_bytes)} bytes"))
    if fit.epoch is not None:
        facts.append(("lowest validation loss", f"{fit.best_loss:.4g} at epoch {fit.epoch:g}, step {fit.step}"))
    facts.append(("stopped", f"{fit.stopped}, after {fit.epochs_run:g} epochs and {fit.steps_run:,} steps"))
    parts = [("loading", time.load_s), ("training", time.train_s), ("validation", time.validate_s)]
    parts += [("test", time.test_s), ("in all", time.wall_s)]
    clock = ", ".join(f"{name} {seconds(value)}" for name, value in parts)
    facts.append(("seconds", f"{clock}; {time.timing} timing, {many(time.threads, 'thread')}"))
    if record.memory.peak_bytes is not None:
        facts.append(("peak memory", f"{compact(record.memory.peak_bytes)} bytes ({record.memory.kind})"))
    if record.data is not None:
        data = record.data
        rows = f"{data.train_rows:,} train, {data.validation_rows:,} validation, {data.test_rows:,} test rows"
        facts.append(("data", f"{rows}, {data.protocol}, content {data.hash[:12]}"))
    facts.append(("learning-rate trials", str(fit.learning_rate_trials)))
    facts.append(("hardware", f"{environment.hardware} ({environment.device})"))
    versions = f"petlab {environment.petlab}, torch {environment.torch}, transformers {environment.transformers}"
    facts.append(("versions", f"{versions}, Python {environment.python}, commit {commit(record)}"))
    return [(name, value) for name, value in facts if value]


def _history(run: Run) -> list[list[str]]:
    """A line an evaluation: epoch, step, validation loss, training loss where it is known, seconds without and with."""
    lines = []
    for epoch, step, train_s, wall_s, loss in run.record.convergence.evaluations:
        trained = f"{run.train_losses[step]:.4f}" if step in run.train_losses else ""
        spent = [seconds(value) if value else "0" for value in (train_s, wall_s)]
        lines.append([f"{epoch:g}", f"{step:,}", f"{loss:.4f}", *([trained] if run.train_losses else []), *spent])
    return lines


def _name(config: dict[str, Any], group: str) -> str:
    found = config.get(group)
    return str(found.get("name", "?")) if isinstance(found, dict) else "?"
