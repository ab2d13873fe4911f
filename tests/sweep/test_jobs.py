from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from petlab.sweep.jobs import cut
from petlab.sweep.plan import Planned


def cells(counts: dict[tuple[str, str], int], rows: int = 100, tokens: int = 64) -> list[Planned[Any]]:
    """`counts` cells of each base and data set, mixed; texts of `tokens` at most."""
    made = []
    for seed in range(max(counts.values())):
        for (model, dataset), count in counts.items():
            if seed < count:
                cell = SimpleNamespace(
                    model=SimpleNamespace(name=model),
                    dataset=SimpleNamespace(name=dataset, max_source_tokens=tokens, max_target_tokens=8),
                    scale=SimpleNamespace(rows=rows, epochs=2),
                    data_seed=0,
                )
                made.append(Planned((model, dataset, seed), cast(Any, cell), {}))
    return made


def groups(job: list[Planned[Any]]) -> set[tuple[str, str]]:
    return {entry.key[:2] for entry in job}


def test_with_more_groups_than_workers_each_group_is_one_job() -> None:
    todo = cells({("a", "x"): 5, ("a", "y"): 5, ("b", "x"): 5, ("b", "y"): 5})
    jobs = cut(todo, workers=2)
    assert [len(job) for job in jobs] == [5] * 4
    assert all(len(groups(job)) == 1 for job in jobs)


def test_a_group_larger_than_an_equal_share_is_cut_evenly() -> None:
    jobs = cut(cells({("a", "x"): 20}), workers=3)
    assert sorted(len(job) for job in jobs) == [6, 7, 7]
    jobs = cut(cells({("a", "x"): 20}), workers=256)
    assert [len(job) for job in jobs] == [1] * 20


def test_a_share_is_taken_in_turns() -> None:
    todo = cells({("a", "x"): 20, ("a", "y"): 20})
    assert [len(job) for job in cut(todo, workers=2)] == [20, 20]
    jobs = cut(todo, workers=2, turns=5)
    assert [len(job) for job in jobs] == [4] * 10
    assert all(len(groups(job)) == 1 for job in jobs)
    assert [len(job) for job in cut(todo, workers=2, most=10, turns=5)] == [10] * 4  # what was said goes first


def test_every_cell_is_in_one_job() -> None:
    todo = cells({("a", "x"): 7, ("b", "y"): 1, ("b", "x"): 12})
    for workers, turns in ((1, 1), (2, 1), (2, 3), (5, 32), (40, 1)):
        for most in (None, 1, 3):
            jobs = cut(todo, workers, most, turns)
            keys = [entry.key for job in jobs for entry in job]
            assert sorted(keys) == sorted(entry.key for entry in todo)
            assert most is None or max(map(len, jobs)) <= most


def test_the_longest_job_goes_first() -> None:
    jobs = cut([*cells({("a", "x"): 3}), *cells({("b", "y"): 2}, rows=10_000)], workers=1)
    assert groups(jobs[0]) == {("b", "y")}
    jobs = cut([*cells({("a", "x"): 3}), *cells({("b", "y"): 2}, tokens=512)], workers=1)
    assert groups(jobs[0]) == {("b", "y")}


def test_cells_that_start_from_each_other_are_one_job_in_their_order() -> None:
    todo = cells({("a", "x"): 3, ("a", "y"): 3, ("a", "z"): 1})
    for number, entry in enumerate(todo):
        entry.seat = cast(Any, SimpleNamespace(run=f"run {number}", data=SimpleNamespace(train_rows=100)))
    by_key = {entry.key: entry for entry in todo}
    for seed in (0, 1):
        by_key["a", "y", seed].parent = by_key["a", "x", seed]
    done = cells({("a", "w"): 1})[0]
    done.seat = cast(Any, SimpleNamespace(run="trained before", data=SimpleNamespace(train_rows=100)))
    by_key["a", "z", 0].parent = done
    jobs = [[entry.key for entry in job] for job in cut(list(reversed(todo)), workers=100)]
    assert sorted(key for job in jobs for key in job) == sorted(by_key)
    for seed in (0, 1):
        assert [("a", "x", seed), ("a", "y", seed)] in jobs
    assert [("a", "z", 0)] in jobs  # what it starts from is there
