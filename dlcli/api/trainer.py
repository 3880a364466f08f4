"""Creation of the trainer of an experiment."""

from __future__ import annotations

import time

from dlcli.api.training_observers import training_observers
from dlcli.assembly import (
    TRAINER_ARGUMENTS,
    Experiment,
    build_early_stopping,
    build_optimizer,
    evaluation_batch_size,
    locate_errors,
)
from dlcli.core import formatting, under
from dlcli.metrics import LATENCY
from dlcli.runs import RunFolder
from dlcli.training import Features, Observer, Trainer, compute_features, median_latency_ms


def build_trainer(
    experiment: Experiment, folder: RunFolder, observer: Observer | None, *, keep_features: bool = True
) -> Trainer:
    """Build the trainer of an experiment.

    Args:
        experiment: Experiment whose model has the initial weights, unless it resumes from a checkpoint.
        folder: Folder of the run.
        observer: Observer of the training's events.
        keep_features: Whether to compute the features of a frozen trunk once instead of in every epoch.
    """
    spec = experiment.spec
    model, splits = experiment.model, experiment.data.splits
    frozen = experiment.initial_weights.assign_roles(experiment)
    if frozen and keep_features and experiment.augmenter is None:
        features = _features(experiment, folder)
        if features is not None:
            model, splits = features.model, features.splits
    with locate_errors(spec):
        optimizer = build_optimizer(spec)
        early_stopping = build_early_stopping(spec, experiment.metrics, experiment.selection)
        observers = [*training_observers(experiment, folder), *([] if observer is None else [observer])]
        with under("training", TRAINER_ARGUMENTS):
            trainer = Trainer(
                model=model,
                task=experiment.task,
                splits=splits,
                optimizer=optimizer,
                metrics=experiment.metrics,
                selection=experiment.selection,
                settings=spec.training,
                regularization=spec.regularization,
                evaluation_batch_size=evaluation_batch_size(spec, experiment.data.preprocessor),
                folder=folder,
                generators=experiment.generators,
                early_stopping=early_stopping,
                augmenter=experiment.augmenter,
                observers=observers,
            )
    if model is not experiment.model and LATENCY in experiment.selection.constraints:
        trainer.state.latency_ms = median_latency_ms(experiment.model, experiment.data.splits["train"])
    return trainer


def _features(experiment: Experiment, folder: RunFolder) -> Features | None:
    """Compute the features of the frozen trunk and log it; None if no trunk is frozen."""
    clock = time.perf_counter()
    batch_size = evaluation_batch_size(experiment.spec, experiment.data.preprocessor)
    features = compute_features(experiment.model, experiment.data.splits, batch_size=batch_size)
    if features is not None:
        place = "in memory" if features.in_memory else "in a temporary file"
        seconds, size = formatting.duration(time.perf_counter() - clock), formatting.byte_size(features.bytes)
        folder.log(
            f"the layers up to {features.trunk_end} are frozen; their features were computed in {seconds} and are "
            f"kept {place} ({size})"
        )
    return features
