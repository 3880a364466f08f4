"""All objects of an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.assembly.data import build_augmenter, build_data
from dlcli.assembly.location import located
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
        spec: what they were made from.
        data: the splits and their preprocessing.
        task: the loss, and what outputs mean.
        model: with its initial weights.
        metrics: what is measured, the deciding ones included.
        selection: which epoch is the best.
        generators: those that the model draws from.
        augmenter: what is changed at random in the training set; None for nothing.
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
    """Read the data and make everything that a training or a gradient check needs.

    Raises:
        ConfigError: at the key that asks for what cannot be.
        DataError: the data is missing or not what the config says.
    """
    with located(spec):
        return experiment_on(spec, build_data(spec), dtype=dtype)


def experiment_on(spec: Spec, data: Data, *, dtype: type[np.floating[Any]] = np.float32) -> Experiment:
    """Everything but the data, which has been read."""
    generators = Generators(spec.seed)
    task = build_task(spec, data.preprocessor.targets)
    model = build_model(spec, data.preprocessor, task, generators=generators, dtype=dtype)
    metrics, selection = build_measures(spec, task, data.splits)
    augmenter = build_augmenter(spec, data.splits["train"], task)
    return Experiment(spec, data, task, model, metrics, selection, generators, augmenter)
