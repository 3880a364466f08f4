"""Cross-entropy of a language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import Rows, TextSizes
from dlcli.tasks.error_measure import ErrorMeasure, ExampleErrors
from dlcli.tasks.predictions import Predictions


@register("error_measure", "nats_per_token")
class NatsPerToken(ErrorMeasure):
    """Mean of −log p over the tokens of all texts."""

    metric: ClassVar[str | None] = "nats_per_token"
    has_unknown_optimum: ClassVar[bool] = True

    def errors(self, predictions: Predictions, truth: np.ndarray | Rows) -> ExampleErrors:
        return ExampleErrors(predictions.form("nats").astype(np.float64), _sizes(truth).tokens.astype(np.float64))

    def errors_of_records(self, records: Sequence[Mapping[str, Any]]) -> ExampleErrors:
        nats = np.array([record["nats"] for record in records], np.float64)
        return ExampleErrors(nats, np.array([record["target"][0] for record in records], np.float64))

    def baseline(
        self,
        train: np.ndarray | Rows,  # noqa: ARG002
        truth: np.ndarray | Rows,
        class_names: Sequence[str],  # noqa: ARG002
    ) -> tuple[str, ExampleErrors]:
        sizes = _sizes(truth)
        return "guessing by frequency", ExampleErrors(sizes.unigram_nats, sizes.tokens.astype(np.float64))


def _sizes(truth: np.ndarray | Rows) -> TextSizes:
    assert isinstance(truth, TextSizes), "the truth of a language model is the sizes of texts"
    return truth
