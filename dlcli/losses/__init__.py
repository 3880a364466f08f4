"""The losses, each registered under its YAML name."""

from dlcli.losses.loss import Loss
from dlcli.losses.softmax_cross_entropy import SoftmaxCrossEntropy

__all__ = ["Loss", "SoftmaxCrossEntropy"]
