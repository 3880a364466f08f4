"""Losses, each registered under its YAML name."""

from dlcli.losses.binary_cross_entropy import BinaryCrossEntropy
from dlcli.losses.class_weights import ClassWeightedLoss
from dlcli.losses.landmarks import LandmarkSquaredError
from dlcli.losses.localization import LocalizationCrossEntropy, LocalizationLoss, LocalizationSquaredError
from dlcli.losses.loss import Loss, OutputForm
from dlcli.losses.regression import Huber, MeanAbsoluteError, MeanSquaredError
from dlcli.losses.softmax_cross_entropy import SoftmaxCrossEntropy

__all__ = [
    "BinaryCrossEntropy",
    "ClassWeightedLoss",
    "Huber",
    "LandmarkSquaredError",
    "LocalizationCrossEntropy",
    "LocalizationLoss",
    "LocalizationSquaredError",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "OutputForm",
    "SoftmaxCrossEntropy",
]
