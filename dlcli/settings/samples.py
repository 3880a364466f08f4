"""The section `training.samples`: texts that a language model generates during training."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import NonNegativeFloat, PositiveInt


@dataclass(frozen=True, kw_only=True)
class SampleSettings:
    """Texts that a language model generates during training, written to train.log.

    Args:
        every_epochs: Number of epochs between samples.
        count: Number of texts per sample.
        length: Maximum number of tokens of a text, after the prompt.
        prompt: Text to continue.
        temperature: Divisor of the logits: below 1 = less random, above 1 = more random, 0 = greedy.
    """

    every_epochs: PositiveInt = 1
    count: PositiveInt = 3
    length: PositiveInt = 200
    prompt: str = ""
    temperature: NonNegativeFloat = 1.0
