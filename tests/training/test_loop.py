"""The loop against a plain reference, and its promises: the same twice, the best kept, divergence named."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
import torch
from torch import nn
from transformers import T5Config, T5ForConditionalGeneration

from petlab.data.tokens import Row
from petlab.training import batching, loop
from petlab.training.batching import training_steps
from petlab.training.checkpoint import Checkpoint, from_bytes
from petlab.training.families import Seq2Seq
from petlab.training.loop import Fit, Trainer
from petlab.training.schedule import rate_at
from petlab.training.settings import LearningRate, Scale, Train
from petlab.training.validation import evaluation_marks, validation_loss

FAMILY = Seq2Seq(pad=0)


def model(dropout: float = 0.0) -> T5ForConditionalGeneration:
    torch.manual_seed(7)
    config = T5Config(
        vocab_size=40, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, dropout_rate=dropout,
        feed_forward_proj="gated-gelu", decoder_start_token_id=0,
    )  # fmt: skip
    return T5ForConditionalGeneration(config)


class Everything:
    """All parameters of the model, as an attachment would hand them out."""

    def __init__(self, network: nn.Module) -> None:
        self.trainable = dict(network.named_parameters())

    def training_state(self) -> dict[str, torch.Tensor]:
        return {name: parameter.detach().clone() for name, parameter in self.trainable.items()}

    def load_training_state(self, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self.trainable.items():
                parameter.copy_(state[name])


def rows(number: int, seed: int) -> list[Row]:
    draw = torch.Generator().manual_seed(seed)
    made = []
    for _ in range(number):
        length = int(torch.randint(3, 9, (1,), generator=draw))
        words = torch.randint(2, 40, (length,), generator=draw).tolist()
        made.append(Row((*words, 1), (words[0], words[-1], 1)))
    return made


def trainer(network: T5ForConditionalGeneration, **changes: object) -> Trainer:
    settings = {"batch_size": 4, "accumulation": 2, **changes}
    epochs = int(settings.pop("epochs", 3))  # type: ignore[call-overload]
    peak = float(settings.pop("peak", 1e-2))  # type: ignore[arg-type]
    return Trainer(
        network,
        FAMILY,
        Everything(network),
        rows(37, 1),
        rows(11, 2),
        settings=Train(**settings),  # type: ignore[arg-type]
        rate=LearningRate(peak / 10, peak, peak / 10),
        scale=Scale("tiny", 37, epochs, 2),
        precision="fp32",
        seed=5,
    )


def losses(fit: Fit) -> list[float]:
    return [evaluation.loss for evaluation in fit.evaluations]


def test_equals_a_plain_loop_written_out() -> None:
    """Accumulated micro-batches give the gradient of the mean over all gold tokens of the step."""
    network = model()
    fit = trainer(network, epochs=1).fit()
    plain = model()
    optimiser = torch.optim.AdamW(plain.parameters(), lr=1.0, weight_decay=0.0)
    data = rows(37, 1)
    steps = training_steps(data, 4, 2, 5, 0)
    for number, step in enumerate(steps):
        optimiser.param_groups[0]["lr"] = rate_at(number, len(steps), 0.1, LearningRate(1e-3, 1e-2, 1e-3))
        batch = FAMILY.collate([data[n] for micro in step for n in micro])
        plain.train()
        plain(input_ids=batch.input_ids, attention_mask=batch.attention_mask, labels=batch.labels).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    assert validation_loss(plain, rows(11, 2), FAMILY, 64, "fp32") == pytest.approx(losses(fit)[-1], abs=1e-5)


def test_cutting_long_batches_changes_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = losses(trainer(model(), epochs=2, patience=9).fit())
    monkeypatch.setitem(batching.CPU_TOKENS, "training", 40)
    assert losses(trainer(model(), epochs=2, patience=9).fit()) == pytest.approx(whole, rel=1e-5)


def test_two_runs_agree_to_the_last_bit_whatever_ran_before() -> None:
    first = losses(trainer(model(0.1)).fit())
    torch.randn(100)
    trainer(model(0.1), epochs=1).fit()
    assert losses(trainer(model(0.1)).fit()) == first


def test_keeps_the_tensors_of_the_lowest_validation_loss() -> None:
    network = model()
    fit = trainer(network, epochs=4, patience=3).fit()
    assert fit.best is not None and fit.best_state is not None
    assert fit.best.loss == min(losses(fit)[1:])
    network.load_state_dict(fit.best_state, strict=False)
    assert validation_loss(network, rows(11, 2), FAMILY, 64, "fp32") == fit.best.loss


def test_a_judge_chooses_the_evaluation_of_the_highest_score() -> None:
    given = [0.2, 0.6, 0.6, 0.4]
    judged, scores = trainer(model(), epochs=2, patience=3), iter(given)
    judged.judge = lambda: next(scores)
    fit = judged.fit()
    assert [entry.score for entry in fit.evaluations] == [None, *given]
    assert fit.best is fit.evaluations[2]
    assert losses(fit) == losses(trainer(model(), epochs=2, patience=9).fit())  # looking at answers changes no loss


def test_stops_when_validation_loss_rises_and_says_so() -> None:
    fit = trainer(model(), peak=0.3, epochs=30).fit()
    assert fit.stopped == "patience" and fit.epochs < 30
    assert losses(fit)[-1] >= min(losses(fit)[1:])


def test_a_loss_that_is_not_finite_ends_the_fit_with_its_step() -> None:
    network = model()
    with torch.no_grad():
        network.shared.weight[3] = math.nan
    fit = trainer(network).fit()
    assert fit.stopped == "diverged" and fit.reason == "validation loss not finite at step 0"
    assert fit.best_state is None


def test_seconds_leave_validation_out_or_in_as_they_say() -> None:
    fit = trainer(model(), epochs=2, patience=9).fit()
    last = fit.evaluations[-1]
    assert last.wall_s == pytest.approx(fit.train_s + fit.validate_s)
    assert fit.evaluations[0].wall_s == 0.0 and last.train_s < last.wall_s


def test_marks_divide_the_epoch_and_end_it() -> None:
    assert evaluation_marks(10, 1) == {10}
    assert evaluation_marks(625, 10) == {62, 125, 188, 250, 312, 375, 438, 500, 562, 625}
    assert evaluation_marks(3, 10) == {1, 2, 3}


def test_resumed_from_any_evaluation_it_reaches_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    saved: list[bytes] = []
    whole = trainer(model(0.1), epochs=3, patience=9)
    whole.save = lambda state: saved.append(state.to_bytes())
    wanted = whole.fit()
    assert len(saved) == 6
    for content in saved:
        state = from_bytes(content)
        assert isinstance(state, Checkpoint)
        torch.manual_seed(99)
        resumed = trainer(model(0.1), epochs=3, patience=9)
        resumed.resume = state
        again = resumed.fit()
        assert losses(again) == losses(wanted)
        assert again.best is not None and wanted.best is not None and again.best.step == wanted.best.step
        assert again.best_state is not None and wanted.best_state is not None
        assert all(torch.equal(again.best_state[name], tensor) for name, tensor in wanted.best_state.items())
        assert (again.steps, again.stopped) == (wanted.steps, wanted.stopped)


def test_a_broken_checkpoint_is_none() -> None:
    assert from_bytes(b"") is None
    assert from_bytes(b"no safetensors at all" * 10) is None


def test_short_fits_are_not_saved() -> None:
    saved: list[Checkpoint] = []
    short = trainer(model(), epochs=1)
    short.save = saved.append
    short.fit()
    assert saved == []
