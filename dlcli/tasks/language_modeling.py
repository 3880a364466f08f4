"""Language modeling."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli.core import ConfigError, register
from dlcli.data import SPECIAL_TOKENS, NextTokens, Targets
from dlcli.decoding import token_nats
from dlcli.losses import Loss, OutputForm, SoftmaxCrossEntropy
from dlcli.metrics import Metric
from dlcli.nn import padding_mask
from dlcli.tasks.steps import StepTask
from dlcli.tasks.task import Predictions

#: columns of the truth: number of tokens of a text, number of characters, and nats under the unigram distribution of
#: the training set
TOKENS, CHARACTERS, UNIGRAM_NATS = range(3)


@register("task", "language_modeling")
class LanguageModeling(StepTask):
    """Prediction of the next token after each token of a text, from V logits (softmax).

    The loss and the metrics are means over all tokens, not over texts; padding is ignored.

    Args:
        loss: Loss to minimize; null is softmax_cross_entropy.
    """

    targets: ClassVar[type[Targets]] = NextTokens
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
    ) -> tuple[Predictions, np.ndarray]:
        """Return the nats of each text, (N,), and its truth, (N, 3): tokens, characters and unigram nats."""
        mask = padding_mask(lengths, targets.shape[1])
        real = np.ones(targets.shape) if mask is None else mask  # (N, T)
        columns = [real, real * self._characters[targets], real * self._unigram_nats[targets]]
        truth = np.stack([column.sum(axis=1, dtype=np.float64) for column in columns], axis=1)  # 3 × (N, T) -> (N, 3)
        nats = token_nats(outputs, targets, lengths).sum(axis=1, dtype=np.float64)
        correct = ((outputs.argmax(axis=-1) == targets) * real).sum(axis=1)
        return Predictions(nats=nats, correct=correct), truth

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> Predictions:  # noqa: ARG002
        raise ConfigError(
            "a language model does not predict classes or values; score texts or sample from it instead",
            code="not_applicable",
        )

    def accepts(self, metric: Metric) -> bool:
        return metric.needs in ("nats", "correct")
