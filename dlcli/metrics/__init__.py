"""Metrics, each registered under its YAML name."""

from dlcli.metrics.accuracy import Accuracy, Error, TopKAccuracy
from dlcli.metrics.average_precision import AveragePrecision, MacroAveragePrecision
from dlcli.metrics.confusion_matrix import ConfusionMatrix
from dlcli.metrics.iou import box_iou
from dlcli.metrics.landmarks import LandmarkAccuracy, MeanDistance, visible_distances
from dlcli.metrics.language import BitsPerCharacter, NatsPerCharacter, NatsPerToken, Perplexity, TokenAccuracy
from dlcli.metrics.localization import (
    ClassError,
    LocalizationAccuracy,
    LocalizationError,
    MeanIou,
    PresenceError,
    localization_errors,
)
from dlcli.metrics.log_loss import LogLoss
from dlcli.metrics.metric import Metric
from dlcli.metrics.naming import LATENCY, format_metric, unit_of
from dlcli.metrics.precision_recall import (
    F1,
    Precision,
    Recall,
    macro_f1,
    macro_precision,
    macro_recall,
    weighted_f1,
    weighted_precision,
    weighted_recall,
)
from dlcli.metrics.regression import R2, MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError
from dlcli.metrics.roc_auc import ROCAUC, MacroROCAUC
from dlcli.metrics.unit import NOT_KNOWN, Unit

__all__ = [
    "F1",
    "LATENCY",
    "NOT_KNOWN",
    "R2",
    "ROCAUC",
    "Accuracy",
    "AveragePrecision",
    "BitsPerCharacter",
    "ClassError",
    "ConfusionMatrix",
    "Error",
    "LandmarkAccuracy",
    "LocalizationAccuracy",
    "LocalizationError",
    "LogLoss",
    "MacroAveragePrecision",
    "MacroROCAUC",
    "MeanAbsoluteError",
    "MeanDistance",
    "MeanIou",
    "MeanSquaredError",
    "Metric",
    "NatsPerCharacter",
    "NatsPerToken",
    "Perplexity",
    "Precision",
    "PresenceError",
    "Recall",
    "RootMeanSquaredError",
    "TokenAccuracy",
    "TopKAccuracy",
    "Unit",
    "box_iou",
    "format_metric",
    "localization_errors",
    "macro_f1",
    "macro_precision",
    "macro_recall",
    "unit_of",
    "visible_distances",
    "weighted_f1",
    "weighted_precision",
    "weighted_recall",
]
