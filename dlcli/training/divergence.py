"""What the user is told when training leaves the finite numbers."""

from __future__ import annotations

from dlcli.errors import DivergedError
from dlcli.training.nonfinite import Culprit
from dlcli.training.settings import TrainingSettings

#: the largest learning rate that is ever advised: a tenth of 1e10 is no smaller in effect
HIGHEST_RATE = 0.1


def diverged(
    culprit: Culprit,
    *,
    epoch: int,
    step: int,
    learning_rate: float,
    settings: TrainingSettings,
    checkpoint: str | None,
    split: str = "train",
) -> DivergedError:
    """The error: where, which layer went first, what to try, what is left.

    Args:
        culprit: what went first.
        epoch: the one under way, from 1.
        step: steps taken before.
        learning_rate: the optimizer's, before any schedule.
        settings: of the training.
        checkpoint: name of the last good one.
        split: whose examples showed it.
    """
    where = (
        f"epoch {epoch}, step {step + 1}"
        if split == "train"
        else f"the evaluation on {split} after epoch {epoch}, step {step}"
    )
    left = f"the last good checkpoint is {checkpoint}" if checkpoint else "no checkpoint was written before"
    advice = _advice(culprit, learning_rate, settings)
    return DivergedError(f"training diverged in {where}; not finite first: {culprit}; {advice}; {left}")


def _advice(culprit: Culprit, learning_rate: float, settings: TrainingSettings) -> str:
    if culprit.what == "input":
        return "look for missing or infinite values in the data"
    rate = min(learning_rate / 10, HIGHEST_RATE)
    lower = f"try a smaller learning rate (--set optimizer.learning_rate={rate:.3g})"
    if settings.max_gradient_norm is None:
        return f"{lower} or clip the gradients (--set training.gradient_clipping.max_norm=1)"
    tighter = settings.max_gradient_norm / 10
    return f"{lower} or a tighter clip (--set training.gradient_clipping.max_norm={tighter:.3g})"
