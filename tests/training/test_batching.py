import random

import torch

from petlab.data.tokens import Row
from petlab.training.batching import evaluation_batches, tokens_at_once, training_steps


def rows(number: int, seed: int = 0) -> list[Row]:
    draw = random.Random(seed)
    return [
        Row(tuple(range(1, 2 + draw.randrange(40))), tuple(range(1, 2 + draw.randrange(10)))) for _ in range(number)
    ]


def test_every_row_once_an_epoch_and_steps_of_the_asked_size() -> None:
    data = rows(103)
    steps = training_steps(data, batch=8, accumulation=2, seed=3, epoch=1)
    assert sorted(number for step in steps for micro in step for number in micro) == list(range(103))
    assert all(len(micro) <= 8 for step in steps for micro in step)
    assert sum(sum(len(micro) for micro in step) == 16 for step in steps) == 103 // 16


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    data = rows(60)
    first = training_steps(data, 4, 1, seed=1, epoch=0)
    random.random()
    assert training_steps(data, 4, 1, seed=1, epoch=0) == first
    assert training_steps(data, 4, 1, seed=2, epoch=0) != first
    assert training_steps(data, 4, 1, seed=1, epoch=1) != first


def test_buckets_pad_less_than_a_random_order() -> None:
    data = rows(400)

    def padded(batches: list[list[int]]) -> int:
        return sum(len(batch) * max(len(data[n].source) for n in batch) for batch in batches)

    bucketed = [micro for step in training_steps(data, 16, 1, 0, 0) for micro in step]
    order = list(range(400))
    random.Random(0).shuffle(order)
    plain = [order[start : start + 16] for start in range(0, 400, 16)]
    real = sum(len(row.source) for row in data)
    assert padded(bucketed) - real < (padded(plain) - real) / 3


def test_evaluation_takes_every_row_longest_first() -> None:
    data = rows(50)
    batches = list(evaluation_batches(data, 16))
    assert sorted(n for batch in batches for n in batch) == list(range(50))
    assert len(data[batches[0][0]].source) == max(len(row.source) for row in data)


def test_evaluation_batches_hold_at_most_so_many_tokens_with_padding() -> None:
    data = [*rows(50), Row(tuple(range(200)), (1,))]
    batches = list(evaluation_batches(data, 16, tokens=120))
    assert sorted(n for batch in batches for n in batch) == list(range(51))
    assert batches[0] == [50]  # longer than all that is allowed: by itself
    widths = [max(len(data[n].source) for n in batch) for batch in batches[1:]]
    assert all(len(batch) * width <= 120 for batch, width in zip(batches[1:], widths, strict=True))
    assert len(batches[1]) < max(map(len, batches)) <= 16  # more of the shorter rows


def test_cut_steps_have_the_rows_they_had() -> None:
    data = rows(103)
    whole = training_steps(data, 8, 2, seed=3, epoch=1)
    cut = training_steps(data, 8, 2, seed=3, epoch=1, tokens=120)
    assert [sorted(n for micro in step for n in micro) for step in cut] == [
        sorted(n for micro in step for n in micro) for step in whole
    ]
    assert all(len(micro) * max(len(data[n].source) for n in micro) <= 120 for step in cut for micro in step)
    small = [micro for step in whole for micro in step if len(micro) * max(len(data[n].source) for n in micro) <= 120]
    assert small and all(micro in [part for step in cut for part in step] for micro in small)  # in their old order


def test_a_cpu_takes_fewer_tokens_at_once_than_an_accelerator() -> None:
    assert tokens_at_once(torch.device("cpu"), "training") == 4096
    assert tokens_at_once(torch.device("cuda"), "training") is None
