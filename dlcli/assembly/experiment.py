"""Creation of all objects of an experiment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcli.assembly.data import build_augmenter, build_data
from dlcli.assembly.initial_weights import FromScratch, InitialWeights
from dlcli.assembly.location import locate_errors
from dlcli.assembly.measures import build_measures
from dlcli.assembly.model import build_model, build_task, check_sequences
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
        model: Model, whose weights are random until `initial_weights` initializes them.
        metrics: Metrics to measure, including those for selection, early stopping and constraints.
        selection: Rule for the best epoch.
        generators: Random generators of the model.
        augmenter: Augmentation of the training set; None for no augmentation.
        initial_weights: Initial weights of the model.
    """

    spec: Spec
    data: Data
    task: Task
    model: Graph
    metrics: tuple[Metric, ...]
    selection: Selection
    generators: Generators
    augmenter: Augmenter | None = None
    initial_weights: InitialWeights = field(default_factory=FromScratch)


def build_experiment(spec: Spec, *, dtype: type[np.floating[Any]] = np.float32) -> Experiment:
    """Read the data and create all objects, with a model of random weights.

    Args:
        spec: Config of the experiment.
        dtype: Type of the weights.

    Raises:
        ConfigError: An option is invalid for the data or the model; the error has its place in the file.
        DataError: The data is missing or does not match the config.
    """
    with locate_errors(spec):
        data = build_data(spec)
        task = build_task(spec, data.preprocessor.targets)
        generators = Generators(spec.seed)
        model = build_model(spec, data.preprocessor, task, generators=generators, dtype=dtype)
        return complete_experiment(spec, data, task, model, generators, FromScratch())


def complete_experiment(
    spec: Spec, data: Data, task: Task, model: Graph, generators: Generators, initial_weights: InitialWeights
) -> Experiment:
    """Create the metrics, the rule for the best epoch and the augmentation of an experiment.

    Args:
        spec: Config of the experiment.
        data: Splits and their preprocessing.
        task: Task of the experiment.
        model: Model with random weights.
        generators: Random generators of the model.
        initial_weights: Initial weights of the model.
    """
    check_sequences(spec, model, data.splits)
    metrics, selection = build_measures(spec, task, data.splits)
    augmenter = build_augmenter(spec, data.splits["train"], task)
    return Experiment(spec, data, task, model, metrics, selection, generators, augmenter, initial_weights)
