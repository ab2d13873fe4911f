"""Measurements that nobody took, for tables and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from petlab.latency.results import Latency, Measured
from petlab.record import Environment


def latency(
    seconds: Mapping[tuple[str, int, int], Sequence[float] | str],
    *,
    model: str = "toy",
    hardware: str = "A processor, 2 cores",
    positions: int | None = None,
    taken: Mapping[str, int] | None = None,
) -> Latency:
    """Seconds by way, batch and length; a text in their place is why there are none."""
    measures = [
        Measured(*place, problem=given) if isinstance(given, str) else Measured(*place, [float(s) for s in given], 1)
        for place, given in seconds.items()
    ]
    here = Environment(hardware, "cpu", "3", "2", "5", "0", None, None)
    return Latency(model, 1000, [], "float32", 2, here, positions, dict(taken or {"base": 0}), measures)
