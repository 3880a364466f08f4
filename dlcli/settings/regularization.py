"""The section `regularization`: methods against overfitting."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import NonNegativeFloat, Rate
from dlcli.settings.early_stopping import EarlyStoppingSettings


@dataclass(frozen=True, kw_only=True)
class Regularization:
    """Methods against overfitting.

    Args:
        l1: Factor λ of the penalty λ/m·‖w‖₁ for m training examples, on weights only; the share of zero weights is
            reported.
        l2: Factor λ of the penalty λ/2m·‖w‖² for m training examples, on weights only (not on biases or γ and β of
            batch_norm).
        weight_decay: Decoupled weight decay: a step subtracts learning rate × this × weight from every weight (not from
            biases).
        dropout: Probability of dropping a unit, for architectures with dropout.
        early_stopping: Rule for stopping before the last epoch; null = no early stopping.
    """

    l1: NonNegativeFloat = 0.0
    l2: NonNegativeFloat = 0.0
    weight_decay: NonNegativeFloat = 0.0
    dropout: Rate = 0.0
    early_stopping: EarlyStoppingSettings | None = None
