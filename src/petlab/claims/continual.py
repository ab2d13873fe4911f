"""Tasks one after the other: what becomes of the old ones. Columns of `embedded_continual` tell the tasks in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from petlab.benchmark import Column
from petlab.claims.claim import Claim, Verdict
from petlab.claims.contrast import above, of_benchmark, of_seeds, places, runs
from petlab.claims.words import FULL, HOULSBY, HU, IA3, LORA, PEFT
from petlab.tables.bootstrap import Floats
from petlab.tables.collect import Collected

NEAR = 1.0  # points: what counts as as good
SEQUENCE, APART, AT_ONCE = ", in sequence", ", one set a task", ", multi-task"


def _tasks(collected: Collected) -> list[tuple[Column, Column]]:
    """Each task's column where it is learned, and the one of its score after the last; of the last they are one."""
    columns = places(collected, [column.key for column in collected.benchmark.columns if column.dataset])
    end = [column for column in columns if column.dataset == columns[-1].dataset]
    learned = [column for column in columns if ":" not in column.metric]
    return [(first, next(one for one in end if one.label == first.label)) for first in learned]


def _points(collected: Collected, row: str, column: Column) -> Floats:
    """A row's score by seed."""
    return np.array([100 * run.metrics[column.metric] for run in runs(collected, row, column)])


def _mean(collected: Collected, rows: Sequence[str], column: Column) -> Floats:
    """By seed, the mean of several rows."""
    return np.array(np.mean([_points(collected, row, column) for row in rows], axis=0))


def _lost(collected: Collected, rows: Sequence[str]) -> dict[str, Floats]:
    """Of each old task, by seed: the score when it was learned minus the one after the last task."""
    return {
        first.key: _mean(collected, rows, first) - _mean(collected, rows, end)
        for first, end in _tasks(collected)
        if first is not end
    }


def _forgets(collected: Collected) -> Verdict:
    found = of_seeds(_lost(collected, [FULL + SEQUENCE]), 2)
    return above(found, 0, "what full fine-tuning in sequence loses on the old tasks by the end")


def _unharmed(collected: Collected) -> Verdict:
    """One set a task: the score is the one that the task had when it was learned."""
    rows = of_benchmark(collected, [method + APART for method in PEFT])
    found = {
        first.key: _mean(collected, rows, first) - _points(collected, FULL + SEQUENCE, end)
        for first, end in _tasks(collected)
        if first is not end
    }
    effect = of_seeds(found, len(rows) + 1)
    return above(effect, 0, "old tasks at the end: PEFT with one set a task minus full fine-tuning in sequence")


def _forgets_less(method: str) -> Callable[[Collected], Verdict]:
    def judge(collected: Collected) -> Verdict:
        own, full = (_lost(collected, [one + SEQUENCE]) for one in (method, FULL))
        found = {key: full[key] - own[key] for key in full}
        what = f"loss on the old tasks in sequence: full fine-tuning minus {method}, one set for all"
        return above(of_seeds(found, 4), 0, what)

    return judge


def _as_good_as_multi_task(collected: Collected) -> Verdict:
    found = {
        first.key: _points(collected, LORA + APART, first) - _points(collected, LORA + AT_ONCE, end)
        for first, end in _tasks(collected)
    }
    return above(of_seeds(found, 2), -NEAR, "all tasks at the end: LoRA with one set a task minus LoRA multi-task")


def _claim(part: str, text: str, source: str, judge: Callable[[Collected], Verdict]) -> Claim:
    return Claim(f"continual.{part}", text, source, "embedded_continual", judge)


_SOURCE = f"{HOULSBY}, section 1"
CLAIMS = (
    _claim("forgetting", "sequential fine-tuning forgets old tasks", _SOURCE, _forgets),
    _claim("unharmed", "with one small set of tensors a task, new tasks do not harm old ones", _SOURCE, _unharmed),
    *(
        _claim(
            f"sequence_{name}",
            f"{method} trained on in sequence forgets less than full fine-tuning",
            f"{HU}, section 1, on switching tasks; the project's own reading",
            _forgets_less(method),
        )
        for name, method in (("ia3", IA3), ("lora", LORA))
    ),
    _claim(
        "multi_task",
        "without all tasks at hand at once PEFT is as good as multi-task training",
        _SOURCE,
        _as_good_as_multi_task,
    ),
)
