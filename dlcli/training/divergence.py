"""Error message for a training that has diverged, with advice."""

from __future__ import annotations

from dlcli.core import DivergedError
from dlcli.settings import Regularization, TrainingSettings
from dlcli.training.non_finite import NonFiniteSource

#: largest learning rate that is ever advised: a tenth of 1e10 would diverge just the same
HIGHEST_RATE = 0.1
#: learning rate × weight decay above which every step flips the sign of the weights and makes them larger
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
    """Return the error: the position, the first non-finite tensor, what to try, and the last good checkpoint.

    Args:
        source: First non-finite tensor.
        epoch: Number of the current epoch, from 1.
        step: Number of finished optimizer steps.
        learning_rate: Learning rate of the optimizer, before any schedule.
        settings: Settings of the training.
        regularization: Penalties and weight decay.
        checkpoint: Name of the last good checkpoint; None if there is none.
        split: Split on which the value was not finite.
    """
    where = (
        f"epoch {epoch}, step {step + 1}"
        if split == "train"
        else f"the evaluation on {split} after epoch {epoch}, step {step}"
    )
    last_good = f"the last good checkpoint is {checkpoint}" if checkpoint else "no checkpoint was written before"
    first = "the gradient of the penalty" if _is_penalty(source, regularization) else str(source)
    advice, remedies = _advice(source, step, learning_rate, settings, regularization)
    message = f"training diverged in {where}; first non-finite tensor: {first}; {advice}; {last_good}"
    return DivergedError(message, remedies=remedies)


def _is_penalty(source: NonFiniteSource, regularization: Regularization) -> bool:
    """Return whether only the gradient of a weight penalty was not finite.

    It is not computed when a step is repeated, so the source is unknown then.
    """
    return source.what == "unknown" and max(regularization.l1, regularization.l2) > 0


def _advice(
    source: NonFiniteSource, step: int, learning_rate: float, settings: TrainingSettings, regularization: Regularization
) -> tuple[str, dict[str, float]]:
    """Return advice as text and as arguments of the trainer; the learning rate only where it may be the cause."""
    if source.what == "input":
        return "check the data for missing or infinite values", {}
    if _is_penalty(source, regularization):
        key, strength = max(("l1", regularization.l1), ("l2", regularization.l2), key=lambda item: item[1])
        return f"try a weaker penalty ({key} is {strength:.3g})", {}
    if learning_rate * regularization.weight_decay > _LARGEST_DECAY:
        factor = 1 - learning_rate * regularization.weight_decay
        return f"every step multiplies the weights by {factor:.3g}: try a smaller weight decay or learning rate", {}
    if step == 0 and source.what == "weights":
        return "no step has been taken: check the initializer, or the weights that the model starts from", {}
    if step == 0:
        return (
            "no step has been taken, so a smaller learning rate cannot help: try an initializer with smaller weights, "
            "or normalize inputs and targets",
            {},
        )
    rate = min(learning_rate / 10, HIGHEST_RATE)
    current_norm = None if settings.gradient_clipping is None else settings.gradient_clipping.max_norm
    norm = 1.0 if current_norm is None else current_norm / 10
    clipping = "clip the gradients" if current_norm is None else "clip the gradients at a smaller norm"
    remedies = {"learning_rate": rate, "settings.gradient_clipping.max_norm": norm}
    return f"try a smaller learning rate ({rate:.3g}), or {clipping} ({norm:.3g})", remedies
