"""The section `regularization`: what keeps a model from overfitting."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import NonNegativeFloat, Rate
from dlcli.settings.early_stopping import EarlyStoppingSettings


@dataclass(frozen=True, kw_only=True)
class Regularization:
    """What keeps the model from learning the training set by heart.

    Args:
        l1: λ of the penalty λ/m·‖w‖₁ for m training examples, weights only; the share of zeros it brings is reported.
        l2: λ of the penalty λ/2m·‖w‖² for m training examples, weights only (no biases, no γ and β of batch_norm).
        weight_decay: decoupled decay; a step takes learning rate × this share off every weight (not off biases).
        dropout: probability of dropping a unit, for architectures that have dropout.
        early_stopping: when to stop before the last epoch; null = never.
    """

    l1: NonNegativeFloat = 0.0
    l2: NonNegativeFloat = 0.0
    weight_decay: NonNegativeFloat = 0.0
    dropout: Rate = 0.0
    early_stopping: EarlyStoppingSettings | None = None
