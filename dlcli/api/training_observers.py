"""Observers that a config asks for in its section `training`, which only some kinds of problems have."""

from __future__ import annotations

from dlcli.api.sample_writer import SampleWriter
from dlcli.assembly import Experiment
from dlcli.runs import RunFolder
from dlcli.training import Observer


def training_observers(experiment: Experiment, folder: RunFolder) -> list[Observer]:
    """Return the observers that the config of an experiment asks for.

    Args:
        experiment: Experiment to be trained.
        folder: Folder of the run.

    Raises:
        ConfigError: An observer does not apply to the task.
    """
    training = experiment.spec.training
    offers = ((training.samples, SampleWriter),)  # options, None if the config omits them → observer
    return [create(experiment, folder, options) for options, create in offers if options is not None]
