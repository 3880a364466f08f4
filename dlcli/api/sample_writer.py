"""Samples of a language model during training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.api.language import sample_texts
from dlcli.assembly import Experiment
from dlcli.core import ConfigError, rng
from dlcli.decoding import TokenChoice
from dlcli.runs import RunFolder
from dlcli.settings import SampleSettings
from dlcli.training import Observer


class SampleWriter(Observer):
    """Observer that writes samples into `train.log` every k epochs.

    The samples have a random generator of their own, so they do not change the training.

    Args:
        experiment: Experiment of a language model; samples use the weights of the epoch's evaluation.
        folder: Folder of the run.
        options: Section `training.samples`.

    Raises:
        ConfigError: The model is not a language model.
    """

    def __init__(self, experiment: Experiment, folder: RunFolder, options: SampleSettings) -> None:
        encoder = experiment.data.preprocessor.text
        if encoder is None or not experiment.data.preprocessor.targets.predicts_inputs:
            raise ConfigError("only a language model writes samples", code="not_applicable", key="training.samples")
        self.options = options
        self.encoder = encoder
        self.model = experiment.model
        self.seed = experiment.spec.seed
        self.folder = folder

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:  # noqa: ARG002
        options, epoch = self.options, int(record["epoch"])
        if epoch % options.every_epochs:
            return
        texts = sample_texts(
            self.model,
            self.encoder,
            prompt=options.prompt,
            count=options.count,
            length=options.length,
            choice=TokenChoice(temperature=options.temperature),
            generator=rng.generator(self.seed, "sample", epoch),
        )
        for number, text in enumerate(texts, start=1):
            self.folder.log(f"sample {number} after epoch {epoch}: {text!r}")
