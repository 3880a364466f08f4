"""Texts that a language model writes while it learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.api.language import written_texts
from dlcli.assembly import Experiment
from dlcli.core import ConfigError, rng
from dlcli.decoding import TokenChoice
from dlcli.runs import RunFolder
from dlcli.training import Observer


class SampleWriter(Observer):
    """Writes samples into `train.log` after every k epochs; the training itself draws nothing else because of it.

    Args:
        experiment: of a language model; its weights are used as they are at the time, those of the evaluation.
        folder: of the run.

    Raises:
        ConfigError: the model is none of language.
    """

    def __init__(self, experiment: Experiment, folder: RunFolder) -> None:
        options, encoder = experiment.spec.training.samples, experiment.data.preprocessor.text
        assert options is not None, "somebody asks for samples"
        if encoder is None or experiment.data.preprocessor.target_kind != "tokens":
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
        texts = written_texts(
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


def sample_writers(experiment: Experiment, folder: RunFolder) -> list[Observer]:
    """What writes samples, where the config asks for them."""
    return [] if experiment.spec.training.samples is None else [SampleWriter(experiment, folder)]
