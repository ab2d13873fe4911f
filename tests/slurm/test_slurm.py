"""The benchmark of `tests/faults` on a real SLURM of one node: jobs killed, cancelled, queued again; a drained node."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import sweep, undisturbed
from tests.faults.sweeps import CELLS, Sweep, kill, wait_for
from tests.faults.test_kill import same

pytestmark = pytest.mark.slurm
__all__ = ["sweep", "undisturbed"]

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "slurm_cluster.sh"
NODE = platform.node().partition(".")[0]
SUBMITIT = (
    "hydra/launcher=submitit_slurm", "hydra.launcher.partition=debug", "hydra.launcher.timeout_min=30",
    "hydra.launcher.cpus_per_task=1", "hydra.launcher.array_parallelism=4",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cluster of this machine alone."""
    for need in ("slurmctld", "slurmd", "munged"):
        if shutil.which(need, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            pytest.skip(f"{need} is not installed (Debian: apt-get install slurm-wlm munge)")
    if os.getuid() != 0:
        pytest.skip("starting a cluster needs root")
    folder = tmp_path_factory.mktemp("slurm")
    started = subprocess.run([SCRIPT, "start", str(folder)], capture_output=True, text=True, check=False)
    if started.returncode:
        pytest.fail(f"the cluster did not start: {started.stderr[-2000:]}")
    before = os.environ.get("SLURM_CONF")
    os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
    yield
    subprocess.run([SCRIPT, "stop", str(folder)], capture_output=True, check=False)
    del os.environ["SLURM_CONF"]
    if before is not None:
        os.environ["SLURM_CONF"] = before


def slurm(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def running() -> list[str]:
    """Ids of the tasks that run."""
    return slurm("squeue", "--noheader", "--states=RUNNING", "--format=%A").split()


def training_job(sweep: Sweep) -> str:
    """The job whose process holds a claim."""
    jobs = {int(line.split()[0]): line.split()[1] for job in running() for line in pids(job)}
    for claim in sweep.claims():
        owner = int(claim.read_text().partition('"pid": ')[2].partition(",")[0] or 0)
        while owner > 1 and owner not in jobs:
            owner = int(Path(f"/proc/{owner}/stat").read_text().rpartition(")")[2].split()[1])
        if owner in jobs:
            return jobs[owner]
    return ""


def pids(job: str) -> list[str]:
    """`process job` a line, of one job."""
    return [f"{line.split()[0]} {job}" for line in slurm("scontrol", "listpids", job).splitlines()[1:]]


def begin(sweep: Sweep) -> tuple[subprocess.Popen[str], str]:
    """Start the benchmark, and wait for a job that is training."""
    process = sweep.start(*SUBMITIT)
    found = ""

    def training() -> bool:
        nonlocal found
        try:
            found = training_job(sweep)
        except (OSError, ValueError, subprocess.CalledProcessError):
            return False
        return bool(found)

    assert wait_for(training, process), sweep.said.read_text()
    return process, found


def scancel(job: str) -> None:
    slurm("scancel", job)


def kill_9(job: str) -> None:
    for line in pids(job):
        if (process := int(line.split()[0])) > 0:
            os.kill(process, signal.SIGKILL)


def requeue(job: str) -> None:
    slurm("scontrol", "requeue", job)


def pre_empt(job: str) -> None:
    """What a cluster sends first when it wants a node back.

    Not waited for: the job goes back into the queue at once, and scancel would try for minutes to signal it there.
    """
    subprocess.Popen(["scancel", "--signal=TERM", job], stderr=subprocess.DEVNULL)


def drain(_: str) -> None:
    """No new job begins, until the node is given back."""
    slurm("scontrol", "update", f"nodename={NODE}", "state=drain", "reason=test")
    while running():
        time.sleep(0.5)
    slurm("scontrol", "update", f"nodename={NODE}", "state=resume")


@pytest.mark.parametrize("blow", [scancel, kill_9, requeue, pre_empt, drain], ids=lambda blow: blow.__name__)
def test_the_table_is_the_same_whatever_happens_to_a_job(
    sweep: Sweep, undisturbed: Sweep, blow: Callable[[str], None]
) -> None:
    process, job = begin(sweep)
    try:
        blow(job)
        assert process.wait(timeout=900) == 0, sweep.said.read_text()
    finally:
        kill(process)
    same(sweep, undisturbed)
    assert not list((sweep.results / "sweeps").iterdir()), "nothing failed: no log is kept"


def test_pre_emption_puts_the_job_back_into_the_queue(sweep: Sweep) -> None:
    process, job = begin(sweep)
    try:
        pre_empt(job)
        assert wait_for(lambda: " Restarts=1 " in slurm("scontrol", "-o", "show", "job", job), process)
        assert process.wait(timeout=900) == 0
    finally:
        kill(process)
    assert "lost their process" not in sweep.said.read_text(), "SLURM, and not the driver, began it again"


def test_stopping_the_driver_empties_the_queue(sweep: Sweep, undisturbed: Sweep) -> None:
    process, _ = begin(sweep)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) == 130
    kill(process)
    assert wait_for_empty_queue()
    assert sweep.claims() == [] and len(sweep.records()) < CELLS
    assert sweep.run(*SUBMITIT) == 0
    same(sweep, undisturbed)


def wait_for_empty_queue() -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not slurm("squeue", "--noheader"):
            return True
        time.sleep(0.5)
    return False


def test_a_partition_that_is_not_there_is_one_sentence(sweep: Sweep) -> None:
    assert sweep.run(*SUBMITIT, "hydra.launcher.partition=nowhere") == 2
    [said] = [line for line in sweep.said.read_text().splitlines() if line.startswith("petlab: ")]
    assert "hydra/launcher=submitit_slurm: " in said and "partition" in said
