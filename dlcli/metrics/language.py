"""How well a language model predicts the next token: all from the sum of −log p over a text.

The truth of a text is its number of tokens and of the characters in them (not of spaces that a tokenizer drops); the
end of a text and an unknown token count as one character.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dlcli.core import Direction, register
from dlcli.metrics.metric import Metric, PredictionForm
from dlcli.metrics.unit import Unit


class LanguageMetric(Metric):
    """Base: a sum over texts, divided by how many tokens or characters they have."""

    direction = Direction.MINIMIZE
    needs: ClassVar[PredictionForm] = "nats"

    #: what is divided by: column 0 of the truth has tokens, column 1 characters
    per: ClassVar[int] = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total = 0.0
        self.count = 0

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        self.total += float(predictions.sum(dtype=np.float64))
        self.count += int(targets[:, self.per].sum())

    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan

    def result(self) -> float:
        return self.mean()


@register("metric", "nats_per_token")
class NatsPerToken(LanguageMetric):
    """The mean of −log p of the token that came: the cross-entropy."""

    name = "nats_per_token"


@register("metric", "nats_per_character")
class NatsPerCharacter(LanguageMetric):
    """The nats of a text by its characters, which makes models with different tokens comparable."""

    name = "nats_per_character"
    per = 1


@register("metric", "bits_per_character")
class BitsPerCharacter(LanguageMetric):
    """The bits that the model would need to store a character: nats / log 2."""

    name = "bits_per_character"
    per = 1

    def result(self) -> float:
        return self.mean() / math.log(2)


@register("metric", "perplexity")
class Perplexity(LanguageMetric):
    """exp(nats per token): among how many equally probable tokens the model seems to choose."""

    name = "perplexity"

    def result(self) -> float:
        nats = self.mean()
        return math.exp(nats) if not nats > 700 else math.inf  # NaN stays NaN


@register("metric", "token_accuracy")
class TokenAccuracy(LanguageMetric):
    """The share of tokens that are the most probable one."""

    name = "token_accuracy"
    unit = Unit.SHARE
    direction = Direction.MAXIMIZE
    needs: ClassVar[PredictionForm] = "correct"
