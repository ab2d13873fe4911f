"""`petlab run`: one cell, or every combination with -m."""

from __future__ import annotations

import json
from argparse import Namespace

from petlab.commands.common import finish, folder, launcher_of, print_plan, shared, wanted, workshop_of
from petlab.errors import UserError
from petlab.interrupt import sigterm_as_interrupt


@shared
def run(arguments: Namespace) -> int:
    """`petlab run`: one cell, or every combination with -m."""
    from petlab.overrides import Composer, sweep
    from petlab.sweep.execute import describe
    from petlab.sweep.launch import launch
    from petlab.sweep.plan import composed, look_up

    compose = Composer(folder(arguments.config_dir))
    launcher, words = launcher_of(arguments.overrides)
    jobs = sweep(words)
    if not arguments.multirun:
        if len(jobs) > 1:
            raise UserError(f"{' '.join(words)}: several values in a single run; add -m to run every combination")
        jobs = [words]
    planned = composed([(number, job) for number, job in enumerate(jobs)], compose)
    workshop = workshop_of(planned, arguments.quiet)
    look_up(planned, workshop)
    if not arguments.multirun and planned[0].problem:
        raise UserError(planned[0].problem)
    if arguments.dry_run:
        return print_plan(planned)
    sigterm_as_interrupt()
    single = not arguments.multirun
    outcome = launch(planned, workshop, wanted(arguments, retry_failed=single), launcher)
    if single and planned[0].problem and planned[0].mistake:
        raise UserError(planned[0].problem)
    reused = {id(entry) for entry in outcome.reused}
    for entry in planned:
        if entry.record is None:
            continue
        if arguments.json:
            print(json.dumps(json.loads(entry.record.to_json())))
        else:
            where = workshop.store.folder(entry.record.id)
            print(f"{describe(entry)} -> {where}{' (done before)' if id(entry) in reused else ''}")
    return finish(outcome)
