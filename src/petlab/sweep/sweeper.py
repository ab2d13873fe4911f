"""Hydra's sweeper interface over planned cells: cut into jobs and handed to whichever launcher was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper

from petlab.sweep.folder import SweepFolder
from petlab.sweep.jobs import cut
from petlab.sweep.launchers import turns, workers
from petlab.sweep.plan import Planned


class CellSweeper(Sweeper):  # type: ignore[misc]  # Hydra is untyped to mypy
    """Sweeps over the cells of a plan that are missing.

    Args:
        folder: of the sweep, its cells written.
        cells: what to train, by number in `cells.json`.
        first: the number of the first job, when jobs were launched before.
    """

    def __init__(self, folder: SweepFolder, cells: Mapping[int, Planned[Any]], first: int = 0) -> None:
        self.folder = folder
        self.cells = cells
        self.first = first
        self.launcher: Launcher | None = None

    def setup(self, *, hydra_context: Any, task_function: Any, config: Any) -> None:
        """Make the launcher of `config`; it will call `task_function` with the configuration of a job."""
        self.hydra_context = hydra_context
        self.config = config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )
        numbers = {id(entry): number for number, entry in self.cells.items()}
        settings = config.hydra.launcher
        most = config.hydra.sweeper.cells_per_job
        jobs = cut(list(self.cells.values()), workers(settings), most, turns(settings))
        self.jobs = [[numbers[id(entry)] for entry in job] for job in jobs]

    def sweep(self, arguments: list[str]) -> Any:
        """Write the jobs and launch them; returns when the launcher does.

        Args:
            arguments: words that every job's configuration is composed with.
        """
        assert self.launcher is not None
        numbered = list(enumerate(self.jobs, start=self.first))
        for number, job in numbered:
            self.folder.write_job(number, job)
        return self.launcher.launch([[*arguments, f"job={number}"] for number, _ in numbered], self.first)
