"""Metrics, each registered under its YAML name."""

from dlcli.metrics.accuracy import Accuracy, Error, TopKAccuracy
from dlcli.metrics.average_precision import AveragePrecision, MacroAveragePrecision
from dlcli.metrics.confusion_matrix import ConfusionMatrix
from dlcli.metrics.language import BitsPerCharacter, NatsPerCharacter, NatsPerToken, Perplexity, TokenAccuracy
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
    "ConfusionMatrix",
    "Error",
    "LogLoss",
    "MacroAveragePrecision",
    "MacroROCAUC",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "NatsPerCharacter",
    "NatsPerToken",
    "Perplexity",
    "Precision",
    "Recall",
    "RootMeanSquaredError",
    "TokenAccuracy",
    "TopKAccuracy",
    "Unit",
    "format_metric",
    "macro_f1",
    "macro_precision",
    "macro_recall",
    "unit_of",
    "weighted_f1",
    "weighted_precision",
    "weighted_recall",
]
