from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from petlab.errors import UserError
from petlab.measure.environment import usable_cores
from petlab.sweep import launchers
from petlab.sweep.launchers import TURNS, Launcher, check, hydra, split, turns, workers


def test_hydras_words_are_told_from_the_cells() -> None:
    launcher, words = split(
        ["method=lora,ia3", "hydra/launcher=joblib", "seed=0,1", "hydra.launcher.n_jobs=3", "+hydra.launcher.x=1"]
    )
    assert words == ["method=lora,ia3", "seed=0,1"]
    assert launcher.name == "joblib" and len(launcher.words) == 3 and launcher.elsewhere
    assert not split(["seed=1"])[0].elsewhere
    with pytest.raises(UserError, match=r"hydra.run.dir=x: of Hydra's own settings a sweep takes"):
        split(["hydra.run.dir=x"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hydra/launcher=jobs"], "hydra/launcher=jobs: there are: basic, "),
        (["hydra/launcher=joblib", "hydra.launcher.njobs=3"], "hydra.launcher.njobs"),
        (["hydra/launcher=joblib", "hydra.sweeper.cells=3"], "hydra.sweeper.cells"),
    ],
)
def test_a_wrong_word_is_one_sentence(words: list[str], said: str) -> None:
    with pytest.raises(UserError) as raised:
        check(split(words)[0])
    assert said in str(raised.value) and "\n" not in str(raised.value)


def test_a_launcher_that_is_not_installed_names_its_extra() -> None:
    assert "extra 'ray'" in str(launchers._missing("ray", ["basic"]))
    if "ray" not in available():
        with pytest.raises(UserError, match=r"hydra/launcher=ray: not installed here; .*\[ray\]"):
            check(Launcher("ray", ("hydra/launcher=ray",)))


def available() -> list[str]:
    from hydra.core.config_store import ConfigStore
    from hydra.core.plugins import Plugins

    Plugins.instance()
    return [name.removesuffix(".yaml") for name in ConfigStore.instance().list("hydra/launcher")]


def settings(*words: str, folder: str = "/nowhere") -> Any:
    with hydra(split(list(words))[0], Path(folder)) as (config, _):
        return config


def test_how_many_jobs_run_at_a_time() -> None:
    def at_a_time(*words: str) -> int:
        return workers(settings(*words).hydra.launcher)

    assert at_a_time("hydra/launcher=joblib", "hydra.launcher.n_jobs=3") == 3
    assert at_a_time("hydra/launcher=joblib") == usable_cores()
    assert at_a_time("hydra/launcher=submitit_slurm", "hydra.launcher.array_parallelism=40") == 40
    assert at_a_time("hydra/launcher=submitit_local", "hydra.launcher.cpus_per_task=1000") == 1


def test_processes_that_stay_take_many_short_jobs() -> None:
    assert turns(settings("hydra/launcher=joblib").hydra.launcher) == TURNS
    assert turns(settings("hydra/launcher=submitit_slurm").hydra.launcher) == 1


def test_a_slurm_job_whose_time_is_up_is_queued_again_unless_said_otherwise() -> None:
    slurm = "hydra/launcher=submitit_slurm"
    assert settings(slurm).hydra.launcher.max_num_timeout == launchers.TIMEOUTS
    assert settings(slurm, "hydra.launcher.max_num_timeout=0").hydra.launcher.max_num_timeout == 0


@pytest.mark.parametrize("folder", ["/a b/c", '/with "quotes"', "/a,b=c", "/{x}/[y]", "/é"])
def test_any_folder_comes_through_hydras_grammar(folder: str) -> None:
    assert settings(folder=folder).hydra.sweep.dir == folder
