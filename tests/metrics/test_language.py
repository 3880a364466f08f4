"""Metrics of language models: worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.data import TextSizes
from dlcli.metrics import BitsPerCharacter, NatsPerCharacter, NatsPerToken, Perplexity, TokenAccuracy

#: two texts: 3 tokens with 6 characters, 1 token with 2; the unigram nats are not used
TRUTH = TextSizes(np.array([3.0, 1.0]), np.array([6.0, 2.0]), np.array([9.9, 9.9]))
NATS = np.array([3.0, 5.0])


def evaluate(metric, values=NATS) -> float:
    for index in range(len(TRUTH)):  # one text per batch: the result must not depend on the batches
        metric.update(values[index : index + 1], TRUTH[index : index + 1])
    return metric.result()


def test_all_are_means_over_all_texts():
    assert evaluate(NatsPerToken()) == 8 / 4
    assert evaluate(NatsPerCharacter()) == 8 / 8
    assert evaluate(BitsPerCharacter()) == pytest.approx(1 / math.log(2))
    assert evaluate(Perplexity()) == pytest.approx(math.exp(2))
    assert evaluate(TokenAccuracy(), np.array([2, 1])) == 3 / 4


def test_result_without_texts_is_nan():
    for metric in (NatsPerToken(), BitsPerCharacter(), Perplexity(), TokenAccuracy()):
        assert math.isnan(metric.result())


def test_perplexity_overflows_to_infinity():
    metric = Perplexity()
    metric.update(np.array([1e6]), TextSizes(np.ones(1), np.ones(1), np.ones(1)))
    assert metric.result() == math.inf
