"""The section `training.samples`: texts that a language model writes while it learns."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import NonNegativeFloat, PositiveInt


@dataclass(frozen=True, kw_only=True)
class SampleSettings:
    """Texts that a language model writes while it learns, into train.log.

    Args:
        every_epochs: epochs between samples.
        count: number of texts each time.
        length: largest number of tokens of each, after the prompt.
        prompt: text that they begin with.
        temperature: randomness of the choice; below 1 more cautious, above 1 more daring.
    """

    every_epochs: PositiveInt = 1
    count: PositiveInt = 3
    length: PositiveInt = 200
    prompt: str = ""
    temperature: NonNegativeFloat = 1.0
