"""METEOR 1.5 (Denkowski and Lavie 2014), English, through its authors' Java program and paraphrase table.

The program comes with pycocoevalcap (extra `nlg`). Without Java or without it there is no METEOR: `missing` says what
is needed, and no other number is given under the name. Options as in COCO's caption evaluation, the E2E scorer and the
WebNLG script: -l en -norm, exact, stem, synonym and paraphrase matches with their default weights.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from petlab.errors import UserError

JAVA = "needs Java (java on the PATH)"
PROGRAM = "needs its program: pip install 'petlab[nlg]'"
_RUNNING: dict[int, subprocess.Popen[str]] = {}  # by the id of the process that talks to it


def jar() -> Path | None:
    """Where the program lies, if it is installed."""
    spec = importlib.util.find_spec("pycocoevalcap")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "meteor" / "meteor-1.5.jar"
        if path.is_file():
            return path
    return None


def missing() -> str | None:
    """What METEOR lacks here, or None."""
    if shutil.which("java") is None:
        return JAVA
    return None if jar() else PROGRAM


def corpus(outputs: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Corpus METEOR, 0-1, on the texts as they are (tokenized first where the suite says so).

    Raises:
        UserError: no Java, no program, or the program fails.
    """
    process = _program()
    try:
        statistics = []
        for output, golds in zip(outputs, references, strict=True):
            texts = [*(_plain(gold) for gold in golds), _plain(output)]
            statistics.append(_ask(process, " ||| ".join(["SCORE", *texts])))
        _ask(process, " ||| ".join(["EVAL", *statistics]))  # the first row's score
        for _ in outputs[1:]:
            _answer(process)
        return float(_answer(process))
    except BaseException:  # in the middle of a conversation, whoever interrupted it
        _stop()
        raise


def _program() -> subprocess.Popen[str]:
    """The running program, kept for the next cells: it reads its paraphrases for seven seconds.

    A process that was forked starts one of its own: two cannot talk through one pipe.
    """
    running = _RUNNING.get(os.getpid())
    if running is not None and running.poll() is None:
        return running
    program, java = jar(), shutil.which("java")
    if program is None or java is None:
        raise UserError(f"METEOR {missing()}")
    _RUNNING[os.getpid()] = subprocess.Popen(
        [java, "-Xmx2G", "-jar", program.name, "-", "-", "-stdio", "-l", "en", "-norm"],
        cwd=program.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    return _RUNNING[os.getpid()]


@atexit.register
def _stop() -> None:
    """End this process's program, if one runs."""
    running = _RUNNING.pop(os.getpid(), None)
    if running is not None:
        running.kill()
        running.communicate()


def _plain(text: str) -> str:
    """Without what the program's protocol uses as separators."""
    return text.replace("|||", "").replace("\n", " ").replace("\r", " ").replace("  ", " ")


def _ask(process: subprocess.Popen[str], line: str) -> str:
    assert process.stdin is not None
    try:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        raise UserError("METEOR: its Java program ended early; is there 2 GB of free memory?") from None
    return _answer(process)


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise UserError("METEOR: its Java program ended early; is there 2 GB of free memory?")
    return line.strip()
