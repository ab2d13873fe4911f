"""A fit as the record tells it."""

from __future__ import annotations

from petlab.record import Convergence
from petlab.training.loop import Fit


def convergence_of(fit: Fit, trials: int) -> Convergence:
    """Where the validation loss was lowest, and every evaluation.

    A loss that is not finite is no number in JSON and stays out.
    """
    finite = [entry for entry in fit.evaluations if entry.loss == entry.loss and abs(entry.loss) != float("inf")]
    best = fit.best
    return Convergence(
        epoch=best.epoch if best else None,
        step=best.step if best else None,
        train_s=best.train_s if best else None,
        wall_s=best.wall_s if best else None,
        epochs_run=fit.epochs,
        steps_run=fit.steps,
        run_s=fit.train_s + fit.validate_s,
        stopped=fit.stopped,
        reason=fit.reason,
        initial_loss=finite[0].loss if finite and finite[0].step == 0 else None,
        best_loss=best.loss if best else None,
        learning_rate_trials=trials,
        evaluations=[(entry.epoch, entry.step, entry.train_s, entry.wall_s, entry.loss) for entry in finite],
    )
