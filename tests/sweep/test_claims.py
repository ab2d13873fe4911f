from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from petlab.sweep import claims
from petlab.sweep.claims import Claims


def test_one_takes_it_others_do_not(tmp_path: Path) -> None:
    first = Claims().take(tmp_path)
    assert first is not None and first.held()
    assert Claims().take(tmp_path) is None
    with first:
        pass
    assert not (tmp_path / "claim.json").exists()
    assert Claims().take(tmp_path) is not None


def test_the_claim_of_a_process_that_is_gone_is_taken_over_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from petlab.sweep.claims import Claims; Claims().take(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert (tmp_path / "claim.json").exists()
    assert Claims().take(tmp_path) is not None


def elsewhere(folder: Path) -> Path:
    """A claim of another host."""
    path = folder / "claim.json"
    path.write_text(json.dumps({"token": "theirs", "host": "another", "pid": 1, "started": "7"}))
    return path


def test_a_silent_owner_loses_its_claim_after_the_stated_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(claims.time, "monotonic", lambda: clock[0])
    path = elsewhere(tmp_path)
    watcher = Claims(stale_s=60)
    assert watcher.take(tmp_path) is None
    clock[0] += 50
    os.utime(path, ns=(1, 1))  # a sign of life; that its time lies in the past does not matter
    assert watcher.take(tmp_path) is None
    clock[0] += 50
    assert watcher.take(tmp_path) is None
    clock[0] += 11
    assert watcher.take(tmp_path) is not None


def test_who_lost_a_claim_knows_and_leaves_the_new_one_alone(tmp_path: Path) -> None:
    mine = Claims().take(tmp_path)
    assert mine is not None
    with mine:
        path = elsewhere(tmp_path)
        assert not mine.held()
    assert path.exists()


def test_a_claim_cut_short_while_written_is_not_dead_at_once(tmp_path: Path) -> None:
    (tmp_path / "claim.json").write_text("")
    assert Claims().take(tmp_path) is None


def test_the_owner_shows_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "BEAT_S", 0.01)
    mine = Claims().take(tmp_path)
    assert mine is not None
    os.utime(mine.path, ns=(1, 1))
    with mine:
        for _ in range(200):
            if mine.path.stat().st_mtime_ns > 1:
                break
            claims.time.sleep(0.01)
        assert mine.path.stat().st_mtime_ns > 1


def test_company_is_noticed_while_it_lives(tmp_path: Path) -> None:
    first = Claims().take(tmp_path / "a")
    assert first is not None and not first.look_around()
    (tmp_path / "b").mkdir()
    elsewhere(tmp_path / "b")
    assert not first.look_around(), "another host's cells do not share this one's cores"
    second = Claims().take(tmp_path / "c")
    assert second is not None and first.look_around()
    with second:
        pass
    assert first.look_around(), "once shared, the seconds stay shared"


def test_ctrl_c_while_a_claim_begins_gives_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = Claims().take(tmp_path / "runs" / "one")
    assert claim is not None

    def interrupted() -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(claim, "look_around", interrupted)
    with pytest.raises(KeyboardInterrupt), claim:
        pass
    assert not claim.path.exists()
