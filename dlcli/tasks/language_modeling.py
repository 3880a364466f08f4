"""Language modeling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import ConfigError, register
from dlcli.data import SPECIAL_TOKENS, NextTokens, Rows, Targets, TextSizes
from dlcli.decoding import token_nats
from dlcli.losses import Loss, OutputForm, SoftmaxCrossEntropy
from dlcli.nn import padding_mask
from dlcli.tasks.error_measure import ErrorMeasure
from dlcli.tasks.nats_per_token import NatsPerToken
from dlcli.tasks.predictions import Predictions
from dlcli.tasks.steps import StepTask


@dataclass(frozen=True)
class TextPredictions(Predictions):
    """Probabilities that a language model gives to N texts.

    Args:
        nats: −log p of each text (N,).
        correct: Number of tokens of each text (N,) that are the most probable ones.
    """

    nats: np.ndarray
    correct: np.ndarray


@register("task", "language_modeling")
class LanguageModeling(StepTask):
    """Prediction of the next token after each token of a text, from V logits (softmax).

    The loss and the metrics are means over all tokens, not over texts; padding is ignored.

    Args:
        loss: Loss to minimize; null is softmax_cross_entropy.
    """

    targets: ClassVar[type[Targets]] = NextTokens
    predictions_type: ClassVar[type[Predictions]] = TextPredictions
    output_form: ClassVar[OutputForm] = "class logits"
    default_metrics = ("nats_per_token", "perplexity", "token_accuracy")
    default_optimize = "nats_per_token"

    def __init__(self, tokens: NextTokens, /, *, loss: Loss | None = None) -> None:
        super().__init__(SoftmaxCrossEntropy() if loss is None else loss)
        self.tokens = tokens
        vocabulary = tokens.vocabulary
        counts = np.array(vocabulary.counts, dtype=np.float64) + 1  # Laplace smoothing: no token is impossible
        self._unigram_nats = -np.log(counts / counts.sum())
        self._characters = np.array([1 if token in SPECIAL_TOKENS else len(token) for token in vocabulary.tokens])

    @property
    def output_units(self) -> int:
        return len(self.tokens.vocabulary)

    def pair_predictions(
        self, outputs: np.ndarray, targets: np.ndarray, lengths: np.ndarray | None = None
    ) -> tuple[TextPredictions, TextSizes]:
        """Return the nats of each text and its sizes."""
        mask = padding_mask(lengths, targets.shape[1])
        real = np.ones(targets.shape) if mask is None else mask  # (N, T)
        targets = targets if mask is None else np.where(mask, targets, 0)
        columns = (real, real * self._characters[targets], real * self._unigram_nats[targets])
        sizes = TextSizes(*(column.sum(axis=1, dtype=np.float64) for column in columns))  # (N, T) -> (N,) each
        nats = token_nats(outputs, targets, lengths).sum(axis=1, dtype=np.float64)
        correct = ((outputs.argmax(axis=-1) == targets) * real).sum(axis=1)
        return TextPredictions(nats, correct), sizes

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> Predictions:  # noqa: ARG002
        raise ConfigError(
            "a language model does not predict classes or values; score texts or sample from it instead",
            code="not_applicable",
        )

    def error_measure(self, metric: str) -> ErrorMeasure:  # noqa: ARG002
        return NatsPerToken()

    def prediction_rows(self, predictions: Predictions) -> Iterator[dict[str, Any]]:
        yield from ({"nats": nats} for nats in predictions.form("nats").tolist())

    def target_rows(self, truth: np.ndarray | Rows) -> Iterable[Any]:
        """Return the number of tokens, the number of characters and the unigram nats of each text."""
        assert isinstance(truth, TextSizes)
        sizes: list[list[float]] = np.stack([truth.tokens, truth.characters, truth.unigram_nats], axis=1).tolist()
        return sizes
