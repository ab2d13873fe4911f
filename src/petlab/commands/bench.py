"""`petlab bench` and `tables`: train the cells of a benchmark, and the tables of their records."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from petlab.commands.common import finish, launcher_of, plan_benchmark, print_plan, shared, wanted
from petlab.errors import UserError
from petlab.interrupt import sigterm_as_interrupt

if TYPE_CHECKING:
    from petlab.benchmark import Benchmark
    from petlab.record import Record
    from petlab.sweep.plan import Planned
    from petlab.workshop import Workshop


@shared
def bench(arguments: Namespace) -> int:
    """`petlab bench`: train what is missing, then the tables."""
    from petlab.sweep.launch import launch
    from petlab.sweep.plan import earlier

    benchmark, requests, planned, workshop = plan_benchmark(arguments, quiet=arguments.quiet)
    if arguments.dry_run:
        return print_plan(planned)
    missing = [entry for entry in planned if entry.state == "missing"]
    before = len(earlier(missing))
    first = f", and before them {before} that the table does not show" if before else ""
    workshop.reporter.line(f"{benchmark.name}: {len(planned)} cells, {len(missing)} to train{first}")
    sigterm_as_interrupt()
    launcher, _ = launcher_of(arguments.overrides)
    outcome = launch(planned, workshop, wanted(arguments), launcher)
    try:
        write_tables(benchmark, requests, planned, workshop, {entry.key for entry in outcome.trained})
    finally:
        code = finish(outcome)
    return code


def tables(arguments: Namespace) -> int:
    """`petlab tables`: a benchmark's tables from the records there are, reference records included."""
    benchmark, requests, planned, workshop = plan_benchmark(arguments, quiet=True)
    write_tables(benchmark, requests, planned, workshop, set(), reference=True)
    return 0


def write_tables(
    benchmark: Benchmark,
    requests: list[Any],
    planned: list[Planned[Any]],
    workshop: Workshop,
    trained: set[Any],
    *,
    reference: bool = False,
) -> None:
    """Place the records into the benchmark's tables, write the files, print the text.

    Raises:
        UserError: a folder that cannot be written.
    """
    from petlab import tables as floor

    placed = placed_records(benchmark, requests, planned, trained, reference=reference)
    out = workshop.store.results / "tables"
    store = workshop.store
    try:
        built = floor.build(benchmark, requests, placed, out, store.broken.values(), store.outputs)
    except OSError as error:
        raise UserError(f"{out}: the tables cannot be written: {error}") from None
    print(built.text)


def placed_records(
    benchmark: Benchmark, requests: list[Any], planned: list[Planned[Any]], trained: set[Any], *, reference: bool
) -> dict[Any, tuple[Record | None, str]]:
    """Each cell's record and where it came from; reference records only where they are wanted and nothing else is."""
    from petlab import reference as references

    placed: dict[Any, tuple[Record | None, str]] = {}
    for request, entry in zip(requests, planned, strict=True):
        record, origin = entry.record, "trained now" if entry.key in trained else "reused"
        if record is None and reference and entry.seat is not None:
            record, origin = references.find(entry.seat.run, benchmark.name), "reference"
        placed[request.key] = (record, origin)
    return placed
