"""Tasks, each registered under its YAML name."""

from dlcli.tasks.binary_classification import BinaryClassification
from dlcli.tasks.classification import Classification
from dlcli.tasks.language_modeling import UNIGRAM_NATS, LanguageModeling
from dlcli.tasks.regression import Regression
from dlcli.tasks.sequence_labeling import SequenceLabeling
from dlcli.tasks.steps import StepTask
from dlcli.tasks.task import Predictions, Task, concatenate_predictions, task_class

__all__ = [
    "UNIGRAM_NATS",
    "BinaryClassification",
    "Classification",
    "LanguageModeling",
    "Predictions",
    "Regression",
    "SequenceLabeling",
    "StepTask",
    "Task",
    "concatenate_predictions",
    "task_class",
]
