"""The kinds of problem, each registered under its YAML name."""

from dlcli.tasks.binary_classification import BinaryClassification
from dlcli.tasks.classification import Classification
from dlcli.tasks.regression import Regression
from dlcli.tasks.task import Predictions, Task, joined

__all__ = ["BinaryClassification", "Classification", "Predictions", "Regression", "Task", "joined"]
