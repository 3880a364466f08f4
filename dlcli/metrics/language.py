"""Metrics of language models: how well a model predicts the next token.

All but the token accuracy are computed from the sum of −log p over a text. The truth of a text is its sizes: its
numbers of tokens and of characters in those tokens, without the spaces that a tokenizer drops.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dlcli.core import Direction, register
from dlcli.data import TextSizes
from dlcli.metrics.metric import Metric
from dlcli.metrics.unit import Unit


class LanguageMetric(Metric):
    """Base class of the language metrics: a sum over texts, divided by their number of tokens or characters."""

    direction = Direction.MINIMIZE
    needs: ClassVar[str] = "nats"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total = 0.0
        self.count = 0

    def update(self, predictions: np.ndarray, targets: TextSizes) -> None:
        self.total += float(predictions.sum(dtype=np.float64))
        self.count += int(self.sizes(targets).sum())

    def sizes(self, targets: TextSizes) -> np.ndarray:
        """Return the size of each text (N,) to divide by."""
        return targets.tokens

    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan

    def result(self) -> float:
        return self.mean()


@register("metric", "nats_per_token")
class NatsPerToken(LanguageMetric):
    """Mean of −log p of the actual next token: the cross-entropy in nats."""

    name = "nats_per_token"


@register("metric", "nats_per_character")
class NatsPerCharacter(LanguageMetric):
    """Cross-entropy per character in nats, comparable between models with different tokens."""

    name = "nats_per_character"

    def sizes(self, targets: TextSizes) -> np.ndarray:
        return targets.characters


@register("metric", "bits_per_character")
class BitsPerCharacter(NatsPerCharacter):
    """Cross-entropy per character in bits, `nats / log 2`: the size of the text if compressed with the model."""

    name = "bits_per_character"

    def result(self) -> float:
        return self.mean() / math.log(2)


@register("metric", "perplexity")
class Perplexity(LanguageMetric):
    """Perplexity, exp(nats per token): the number of equally probable tokens with the same uncertainty."""

    name = "perplexity"

    def result(self) -> float:
        nats = self.mean()
        return math.exp(nats) if not nats > 700 else math.inf  # NaN stays NaN


@register("metric", "token_accuracy")
class TokenAccuracy(LanguageMetric):
    """Fraction of tokens to which the model gives the highest probability."""

    name = "token_accuracy"
    unit = Unit.SHARE
    direction = Direction.MAXIMIZE
    needs: ClassVar[str] = "correct"
