"""What the user is told when training leaves the finite numbers."""

from __future__ import annotations

from dlcli.core import DivergedError
from dlcli.settings import Regularization, TrainingSettings
from dlcli.training.non_finite import NonFiniteSource

#: the largest learning rate that is ever advised: a tenth of 1e10 is no smaller in effect
HIGHEST_RATE = 0.1
#: learning rate × weight decay above which every step makes the weights larger, with the other sign
_LARGEST_DECAY = 2.0


def divergence_error(
    source: NonFiniteSource,
    *,
    epoch: int,
    step: int,
    learning_rate: float,
    settings: TrainingSettings,
    regularization: Regularization,
    checkpoint: str | None,
    split: str = "train",
) -> DivergedError:
    """The error: where, which layer went first, what to try, what is left.

    Args:
        source: what went first.
        epoch: the one under way, from 1.
        step: steps taken before.
        learning_rate: the optimizer's, before any schedule.
        settings: of the training.
        regularization: its penalties and its weight decay.
        checkpoint: name of the last good one.
        split: whose examples showed it.
    """
    where = (
        f"epoch {epoch}, step {step + 1}"
        if split == "train"
        else f"the evaluation on {split} after epoch {epoch}, step {step}"
    )
    left = f"the last good checkpoint is {checkpoint}" if checkpoint else "no checkpoint was written before"
    first = "the gradient of the penalty" if _is_penalty(source, regularization) else str(source)
    advice, remedies = _advice(source, step, learning_rate, settings, regularization)
    message = f"training diverged in {where}; first non-finite tensor: {first}; {advice}; {left}"
    return DivergedError(message, remedies=remedies)


def _is_penalty(source: NonFiniteSource, regularization: Regularization) -> bool:
    """Whether all was finite but what the weight penalties add, which is not computed when a step is repeated."""
    return source.what == "unknown" and max(regularization.l1, regularization.l2) > 0


def _advice(
    source: NonFiniteSource, step: int, learning_rate: float, settings: TrainingSettings, regularization: Regularization
) -> tuple[str, dict[str, float]]:
    """What may help, in words and as arguments of the trainer; the learning rate only where it had a part in it."""
    if source.what == "input":
        return "look for missing or infinite values in the data", {}
    if _is_penalty(source, regularization):
        key, strength = max(("l1", regularization.l1), ("l2", regularization.l2), key=lambda item: item[1])
        return f"try a weaker penalty ({key} is {strength:.3g})", {}
    if learning_rate * regularization.weight_decay > _LARGEST_DECAY:
        factor = 1 - learning_rate * regularization.weight_decay
        return f"every step multiplies the weights by {factor:.3g}: try a smaller weight decay or learning rate", {}
    if step == 0 and source.what == "weights":
        return "no step has been taken: look at the initializer, or at the weights that the model starts from", {}
    if step == 0:
        return (
            "no step has been taken, so that no learning rate can help: try an initializer of smaller weights, or "
            "smaller inputs and targets, by normalizing them",
            {},
        )
    rate = min(learning_rate / 10, HIGHEST_RATE)
    before = None if settings.gradient_clipping is None else settings.gradient_clipping.max_norm
    norm = 1.0 if before is None else before / 10
    clipping = "clip the gradients" if before is None else "clip them at a smaller norm"
    remedies = {"learning_rate": rate, "settings.gradient_clipping.max_norm": norm}
    return f"try a smaller learning rate ({rate:.3g}), or {clipping} ({norm:.3g})", remedies
