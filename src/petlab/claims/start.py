"""What the start of training does: initial scales, a prefix through a network, learning rates."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence

from petlab.benchmark import Column
from petlab.claims.claim import Claim, Missing, Verdict
from petlab.claims.contrast import above, minus, places, ratio, runs, scores, values, within
from petlab.claims.words import FULL, HOULSBY, HU, IA3, LI, LORA, PEFT, PROMPT
from petlab.record import Record
from petlab.tables.collect import Collected

RATES = ("3e-3", "3e-2", "3e-1")
WRONG = ("1/100", "1/10", "10", "100")


def _log_initial_loss(record: Record, _column: Column) -> float:
    if not record.convergence.initial_loss:
        raise Missing(f"run {record.id} has no loss before the first step")
    return math.log(record.convergence.initial_loss)


def _imitates(collected: Collected) -> Verdict:
    """Full fine-tuning's first loss is the base's."""
    found = ratio(values(collected, minus(["Adapter 1e-4"], [FULL]), _log_initial_loss, "log"))
    percent = type(found)(100 * (found.value - 1), 100 * (found.low - 1), 100 * (found.high - 1), found.n, "%")
    return within(percent, 1, "loss before the first step, adapters at 1e-4 against the base")


def _larger_fails(collected: Collected) -> Verdict:
    effect = scores(collected, minus(["Adapter 1e-4", "Adapter 1e-3", "Adapter 1e-2"], ["Adapter 1"]))
    return above(effect, 0, "adapters started at 1e-4 to 1e-2 minus those started at 1")


def _through_a_network(collected: Collected) -> Verdict:
    """Each kind at the rate that its validation losses choose."""
    best = {kind: _chosen(collected, [f"Prefix {kind} {rate}" for rate in RATES]) for kind in ("MLP", "direct")}
    effect = scores(collected, minus([best["MLP"]], [best["direct"]]))
    return above(effect, 0, f"{best['MLP']} minus {best['direct']}, each the best of three rates on validation")


def _chosen(collected: Collected, rows: Sequence[str]) -> str:
    """The row of the lowest validation loss over the lowest of its column, on the average of columns and seeds."""
    losses: dict[str, list[float]] = {row: [] for row in rows}
    for column in places(collected):
        for row in rows:
            found = [run.convergence.best_loss for run in runs(collected, row, column)]
            losses[row].append(statistics.fmean(loss for loss in found if loss is not None))
    lowest = [min(column) for column in zip(*losses.values(), strict=True)]
    return min(rows, key=lambda row: statistics.fmean(a / b for a, b in zip(losses[row], lowest, strict=True)))


def _stable(method: str) -> Callable[[Collected], Verdict]:
    """What rates away from the default cost on the average; a diverged run scores nothing."""

    def points(record: Record, column: Column) -> float:
        return 100 * record.metrics[column.metric] if record.status == "done" else 0.0

    def judge(collected: Collected) -> Verdict:
        full = minus([f"{FULL} × 1"], [f"{FULL} × {times}" for times in WRONG])
        own = minus([f"{method} × {times}" for times in WRONG], [f"{method} × 1"])
        effect = values(collected, {**full, **own}, points, "points", statuses=("done", "diverged"))
        return above(effect, 0, f"cost of a wrong rate, full fine-tuning minus {method}")

    return judge


_NAMES = {IA3: "ia3", LORA: "lora", PROMPT: "prompt"}
CLAIMS = (
    Claim(
        "init_scale.imitates",
        "initialised near zero, adapters imitate the base",
        f"{HOULSBY}, section 2",
        "embedded_init_scale",
        _imitates,
    ),
    Claim(
        "init_scale.larger_fails",
        "a larger initialisation fails",
        f"{HOULSBY}, section 3.6",
        "embedded_init_scale",
        _larger_fails,
    ),
    Claim(
        "prefix.network",
        "a prefix trained through a network beats one trained directly",
        f"{LI}, sections 4.3 and 7.4",
        "embedded_prefix_mlp",
        _through_a_network,
    ),
    *(
        Claim(
            f"rates.{_NAMES.get(method, method.lower())}",
            f"{method} is less sensitive to the learning rate than full fine-tuning",
            f"{HU}, section 4; the project's own reading",
            "embedded_rate_sensitivity",
            _stable(method),
        )
        for method in PEFT
    ),
)
