"""Hydra's launchers: which one was chosen, whether it is installed, and how many jobs it runs at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from petlab.errors import UserError
from petlab.measure.environment import usable_cores
from petlab.overrides import one_line

BASIC = "basic"  # this process, the base kept in memory
EXTRAS = {"joblib": "joblib", "submitit_local": "slurm", "submitit_slurm": "slurm", "ray": "ray"}
TURNS = 32  # jobs that a process of joblib's takes one after the other
TIMEOUTS = 10  # a SLURM job whose time is up is queued again this often; its cells go on where they were


@dataclass(frozen=True)
class Launcher:
    """The launcher of a command line.

    Attributes:
        name: as in `hydra/launcher=NAME`.
        words: Hydra's words of the command line.
    """

    name: str = BASIC
    words: tuple[str, ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Whether other processes work, rather than this one."""
        return self.name != BASIC


def split(overrides: Sequence[str]) -> tuple[Launcher, list[str]]:
    """Take Hydra's own words out of a command line.

    Returns:
        The launcher they name, and the other words.

    Raises:
        UserError: a word of Hydra's that a sweep has no use for.
    """
    hydras: list[str] = []
    others: list[str] = []
    for word in overrides:
        (hydras if word.lstrip("+~").startswith(("hydra.", "hydra/")) else others).append(word)
    name = BASIC
    for word in hydras:
        key, _, value = word.lstrip("+").partition("=")
        if key == "hydra/launcher":
            name = value
        elif not key.startswith(("hydra.launcher.", "hydra.sweeper.")):
            raise UserError(
                f"{word}: of Hydra's own settings a sweep takes hydra/launcher=NAME, hydra.launcher.KEY=VALUE "
                "and hydra.sweeper.cells_per_job=N"
            )
    return Launcher(name, tuple(hydras)), others


@contextmanager
def hydra(launcher: Launcher, folder: Path) -> Iterator[tuple[Any, Any]]:
    """Compose `conf/sweep.yaml` for a launcher.

    Args:
        launcher: the one chosen.
        folder: the sweep's folder.

    Yields:
        Hydra's configuration and its context, as `Sweeper.setup` takes them.

    Raises:
        UserError: a launcher that does not exist or is not installed, or a setting that it does not have.
    """
    from hydra import initialize_config_module
    from hydra._internal.callbacks import Callbacks
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException, MissingConfigException
    from hydra.types import HydraContext, RunMode
    from omegaconf.errors import OmegaConfBaseException

    with initialize_config_module("petlab.conf", version_base="1.3", job_name="petlab"):
        here = GlobalHydra.instance().hydra
        assert here is not None
        words = [f"folder={quoted(str(folder))}", *launcher.words]
        try:
            config = here.compose_config("sweep", words, run_mode=RunMode.MULTIRUN, from_shell=False)
        except MissingConfigException:
            raise _missing(launcher.name, here.config_loader.get_group_options("hydra/launcher")) from None
        except (HydraException, OmegaConfBaseException) as error:
            raise UserError(one_line(error)) from None
        settings = config.hydra.launcher
        if "max_num_timeout" in settings and not any("max_num_timeout" in word for word in launcher.words):
            settings.max_num_timeout = TIMEOUTS
        yield config, HydraContext(config_loader=here.config_loader, callbacks=Callbacks(config))


def check(launcher: Launcher) -> None:
    """Raise UserError where a launcher cannot be used here; before anything was planned."""
    if launcher.words:
        with hydra(launcher, Path("/")):
            pass


def workers(settings: Any) -> int:
    """How many jobs a launcher runs at a time.

    Args:
        settings: `hydra.launcher` of the composed configuration.
    """
    cores = usable_cores()
    if "array_parallelism" in settings:  # submitit on SLURM
        return int(settings.array_parallelism)
    if "n_jobs" in settings:  # joblib counts down from all cores: -1 is all of them
        return int(settings.n_jobs) if settings.n_jobs > 0 else max(1, cores + 1 + settings.n_jobs)
    if "cpus_per_task" in settings:  # submitit on this machine
        return max(1, cores // (settings.cpus_per_task or 1))
    return cores


def turns(settings: Any) -> int:
    """How many jobs a worker takes one after the other, where nothing says how many cells a job has.

    Processes of joblib's stay, their base in memory, so that short jobs cost them nothing and none is idle while
    another has half of its share before it. With the other launchers each job is a process that starts and loads anew.

    Args:
        settings: `hydra.launcher` of the composed configuration.
    """
    return TURNS if "n_jobs" in settings else 1


def quoted(text: str) -> str:
    """A value as Hydra's grammar takes it, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def _missing(name: str, there: Sequence[str]) -> UserError:
    installed = ", ".join(sorted(there))
    if name in EXTRAS:
        extra = EXTRAS[name]
        return UserError(
            f"hydra/launcher={name}: not installed here; install petlab with its extra '{extra}' "
            f"(pip install -e '.[{extra}]', see docs/cluster.md); there are: {installed}"
        )
    more = ", ".join(extra for extra in EXTRAS if extra not in there)
    return UserError(
        f"hydra/launcher={name}: there are: {installed}" + (f"; with petlab's extras also {more}" if more else "")
    )
