"""Metrics of language models: worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.metrics import BitsPerCharacter, NatsPerCharacter, NatsPerToken, Perplexity, TokenAccuracy

#: two texts: 3 tokens of 6 characters, 1 token of 2; the last column is not looked at
TRUTH = np.array([[3.0, 6.0, 9.9], [1.0, 2.0, 9.9]])
NATS = np.array([3.0, 5.0])


def measured(metric, values=NATS) -> float:
    for place in range(len(TRUTH)):  # one text at a time: the batches make no difference
        metric.update(values[place : place + 1], TRUTH[place : place + 1])
    return metric.result()


def test_all_are_means_over_the_whole():
    assert measured(NatsPerToken()) == 8 / 4
    assert measured(NatsPerCharacter()) == 8 / 8
    assert measured(BitsPerCharacter()) == pytest.approx(1 / math.log(2))
    assert measured(Perplexity()) == pytest.approx(math.exp(2))
    assert measured(TokenAccuracy(), np.array([2, 1])) == 3 / 4


def test_without_texts_there_is_no_figure():
    for metric in (NatsPerToken(), BitsPerCharacter(), Perplexity(), TokenAccuracy()):
        assert math.isnan(metric.result())


def test_a_perplexity_beyond_all_numbers_is_infinite():
    metric = Perplexity()
    metric.update(np.array([1e6]), np.array([[1.0, 1.0, 1.0]]))
    assert metric.result() == math.inf
