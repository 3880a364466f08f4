"""User settings as plain frozen dataclasses and type aliases that do not import NumPy.

They are shared by the config and the classes that use them.

A class is a section of the config: its fields with their types, ranges, defaults and docstring entries are the keys of
the section (`dlcli.spec` derives them), and its instances are arguments of the code that reads data or trains.
"""

from dlcli.settings.checkpoints import CheckpointSettings
from dlcli.settings.early_stopping import EarlyStoppingSettings
from dlcli.settings.gradient_clipping import GradientClipping
from dlcli.settings.metric_names import ConstrainedName, MetricName
from dlcli.settings.regularization import Regularization
from dlcli.settings.samples import SampleSettings
from dlcli.settings.split_options import SplitOptions
from dlcli.settings.text import TextSettings, TooLong, VocabularySettings
from dlcli.settings.training import TrainingSettings
from dlcli.settings.weight_averaging import WeightAveraging

__all__ = [
    "CheckpointSettings",
    "ConstrainedName",
    "EarlyStoppingSettings",
    "GradientClipping",
    "MetricName",
    "Regularization",
    "SampleSettings",
    "SplitOptions",
    "TextSettings",
    "TooLong",
    "TrainingSettings",
    "VocabularySettings",
    "WeightAveraging",
]
