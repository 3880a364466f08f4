"""Tasks, each registered under its YAML name."""

from dlcli.tasks.binary_classification import BinaryClassification
from dlcli.tasks.classification import Classification, ClassPredictions
from dlcli.tasks.error_measure import ErrorMeasure, ExampleErrors, SetStatistic, error_measure
from dlcli.tasks.error_rate import ErrorRate
from dlcli.tasks.heads import Head, HeadMetric, HeadPredictions
from dlcli.tasks.landmark_detection import LandmarkDetection, PointPredictions
from dlcli.tasks.language_modeling import LanguageModeling, TextPredictions
from dlcli.tasks.localization import Localization
from dlcli.tasks.localization_error import LocalizationError
from dlcli.tasks.mean_distance import MeanDistance
from dlcli.tasks.multi_task import MultiTask
from dlcli.tasks.nats_per_token import NatsPerToken
from dlcli.tasks.object_predictions import ObjectPredictions
from dlcli.tasks.predictions import ClassView, Predictions, ValueView
from dlcli.tasks.regression import Regression, ValuePredictions, value_keys
from dlcli.tasks.sequence_labeling import SequenceLabeling
from dlcli.tasks.steps import StepTask
from dlcli.tasks.task import Task, task_class
from dlcli.tasks.value_errors import MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError

__all__ = [
    "BinaryClassification",
    "ClassPredictions",
    "ClassView",
    "Classification",
    "ErrorMeasure",
    "ErrorRate",
    "ExampleErrors",
    "Head",
    "HeadMetric",
    "HeadPredictions",
    "LandmarkDetection",
    "LanguageModeling",
    "Localization",
    "LocalizationError",
    "MeanAbsoluteError",
    "MeanDistance",
    "MeanSquaredError",
    "MultiTask",
    "NatsPerToken",
    "ObjectPredictions",
    "PointPredictions",
    "Predictions",
    "Regression",
    "RootMeanSquaredError",
    "SequenceLabeling",
    "SetStatistic",
    "StepTask",
    "Task",
    "TextPredictions",
    "ValuePredictions",
    "ValueView",
    "error_measure",
    "task_class",
    "value_keys",
]
