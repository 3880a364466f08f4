"""The metrics, each registered under its YAML name."""

from dlcli.metrics.accuracy import Accuracy, Error, TopKAccuracy
from dlcli.metrics.confusion_matrix import ConfusionMatrix
from dlcli.metrics.log_loss import LogLoss
from dlcli.metrics.metric import Metric
from dlcli.metrics.precision_recall import F1, Precision, Recall, macro_f1, macro_precision, macro_recall
from dlcli.metrics.regression import R2, MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError
from dlcli.metrics.roc_auc import ROCAUC

__all__ = [
    "F1",
    "R2",
    "ROCAUC",
    "Accuracy",
    "ConfusionMatrix",
    "Error",
    "LogLoss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "Precision",
    "Recall",
    "RootMeanSquaredError",
    "TopKAccuracy",
    "macro_f1",
    "macro_precision",
    "macro_recall",
]
