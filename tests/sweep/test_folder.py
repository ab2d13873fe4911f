from __future__ import annotations

from pathlib import Path

from petlab.sweep.folder import SweepFolder, Told


def test_news_are_heard_once_and_only_when_written_to_their_end(tmp_path: Path) -> None:
    folder = SweepFolder.new(tmp_path)
    teller = folder.teller(0)
    assert folder.news() == []
    teller.tell(Told(3, "begun", "abc"))
    with teller.path.open("a") as file:
        file.write('{"cell": 3, "how": "trai')
    assert folder.news() == [Told(3, "begun", "abc")]
    assert folder.news() == []
    with teller.path.open("a") as file:
        file.write('ned", "run": "abc"}\n')
    folder.teller(0).tell(Told(4, "failed", "def", "no disk"))
    assert sorted(folder.news(), key=lambda told: told.cell) == [
        Told(3, "trained", "abc"),
        Told(4, "failed", "def", "no disk"),
    ]
    assert len(SweepFolder(folder.path).news()) == 3, "another reader hears all of it"


def test_jobs_and_cells_come_back_as_written(tmp_path: Path) -> None:
    folder = SweepFolder.new(tmp_path)
    folder.write_cells({"force": True, "cells": [{"config": {"seed": 1}}]})
    folder.write_job(2, [5, 6])
    again = SweepFolder(folder.path)
    assert again.job(2) == [5, 6] and again.cells()["cells"][0]["config"]["seed"] == 1
    assert not again.stopped()
    folder.stop()
    assert again.stopped()
    folder.remove()
    assert not folder.path.exists()
