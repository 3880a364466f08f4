"""Creation of all objects of an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.assembly.data import build_augmenter, build_data
from dlcli.assembly.location import locate_errors
from dlcli.assembly.measures import build_measures
from dlcli.assembly.model import build_model, build_task
from dlcli.core import Generators
from dlcli.data import Augmenter, Data
from dlcli.metrics import Metric
from dlcli.nn import Graph
from dlcli.spec import Spec
from dlcli.tasks import Task
from dlcli.training import Selection


@dataclass(frozen=True)
class Experiment:
    """The objects of an experiment, ready to be trained.

    Args:
        spec: Config of the experiment.
        data: Splits and their preprocessing.
        task: Loss, and the meaning of the outputs.
        model: Model with its initial weights.
        metrics: Metrics to measure, including those for selection, early stopping and constraints.
        selection: Rule for the best epoch.
        generators: Random generators of the model.
        augmenter: Augmentation of the training set; None for no augmentation.
    """

    spec: Spec
    data: Data
    task: Task
    model: Graph
    metrics: tuple[Metric, ...]
    selection: Selection
    generators: Generators
    augmenter: Augmenter | None = None


def build_experiment(spec: Spec, *, dtype: type[np.floating[Any]] = np.float32) -> Experiment:
    """Read the data and create all objects for training or a gradient check.

    Args:
        spec: Config of the experiment.
        dtype: Type of the weights.

    Raises:
        ConfigError: An option is invalid for the data or the model; the error has its place in the file.
        DataError: The data is missing or does not match the config.
    """
    with locate_errors(spec):
        return experiment_on(spec, build_data(spec), dtype=dtype)


def experiment_on(spec: Spec, data: Data, *, dtype: type[np.floating[Any]] = np.float32) -> Experiment:
    """Create all objects for data that has been read.

    Args:
        spec: Config of the experiment.
        data: Splits and their preprocessing.
        dtype: Type of the weights.
    """
    generators = Generators(spec.seed)
    task = build_task(spec, data.preprocessor.targets)
    model = build_model(spec, data.preprocessor, task, generators=generators, dtype=dtype)
    metrics, selection = build_measures(spec, task, data.splits)
    augmenter = build_augmenter(spec, data.splits["train"], task)
    return Experiment(spec, data, task, model, metrics, selection, generators, augmenter)
