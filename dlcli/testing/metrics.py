"""Contracts of a metric: what it says without examples, what `reset` does, and which direction is better."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from dlcli.core import registry
from dlcli.data import TextSizes
from dlcli.metrics import Metric
from dlcli.testing.check import Subject

CLASSES = 7
#: examples in each half
HALF = 2 * CLASSES


def no_examples_give_nan(subject: Subject) -> None:
    """Without examples, and with a batch of none, the result is NaN."""
    metric = _create(subject)
    assert math.isnan(metric.result())
    predictions, targets = example(metric)
    metric.update(predictions[:0], targets[:0])
    assert math.isnan(metric.result())


def reset_forgets_and_better_predictions_improve(subject: Subject) -> None:
    """After `reset` only new examples count, and fewer mistakes are an improvement in the metric's direction."""
    metric = _create(subject)
    predictions, targets = example(metric)
    mixed = _streamed(metric, [(predictions, targets)])
    better = _streamed(metric, [(predictions[HALF:], targets[HALF:])])
    assert better == _streamed(_create(subject), [(predictions[HALF:], targets[HALF:])])
    assert metric.direction.is_improvement(better, mixed), f"{better} should be better than {mixed}"


def result_does_not_depend_on_the_batches(subject: Subject) -> None:
    """A metric is a ratio of sums: one batch and several, also empty ones, in any order, give the same number."""
    metric = _create(subject)
    predictions, targets = example(metric)
    whole = _streamed(metric, [(predictions, targets)])
    for order in (np.arange(2 * HALF), np.random.default_rng(0).permutation(2 * HALF)):
        for size in (1, 5):
            parts = [order[at : at + size] for at in range(0, 2 * HALF, size)]
            batches = [(predictions[rows], targets[rows]) for rows in (*parts, order[:0])]
            np.testing.assert_allclose(_streamed(metric, batches), whole, rtol=1e-9)


def says_what_it_is(subject: Subject) -> None:
    """It has a name for reports, a unit, and a docstring whose first line is a sentence."""
    metric = _create(subject)
    assert re.fullmatch("[a-z][a-z0-9_]*", metric.name)
    assert metric.unit
    assert registry.summary(subject.component).endswith(".")


CONTRACTS = (
    no_examples_give_nan,
    reset_forgets_and_better_predictions_improve,
    result_does_not_depend_on_the_batches,
    says_what_it_is,
)


def example(metric: Metric) -> tuple[Any, Any]:
    """Predictions in the form of a metric, and targets; only half of the examples of the first half are mistakes."""
    targets = np.tile(np.arange(CLASSES), 4)
    is_wrong = np.arange(2 * HALF) < CLASSES
    guesses, form = np.where(is_wrong, (targets + 1) % CLASSES, targets), metric.needs
    if form == "probabilities":  # a mistake puts the target last
        scores = 1.0 + 7 * np.eye(CLASSES)[guesses] - 0.5 * np.eye(CLASSES)[targets]
        return scores / scores.sum(axis=1, keepdims=True), targets
    if form in ("nats", "correct"):  # texts of 4 tokens and 8 characters, 9 nats when guessed by frequency
        of_texts = np.where(is_wrong, 2, 3) if form == "correct" else np.where(is_wrong, 5.0, 2.0)
        return of_texts, TextSizes(*np.repeat([[4.0], [8.0], [9.0]], len(targets), axis=1))
    if form == "values":
        return guesses.astype(np.float32), targets.astype(np.float32)
    return metric.sample(guesses, targets)


def _create(subject: Subject) -> Metric:
    metric = subject.create()
    assert isinstance(metric, Metric), f"{subject} is not a Metric"
    return metric


def _streamed(metric: Metric, batches: list[tuple[np.ndarray, Any]]) -> float:
    metric.reset()
    for predictions, targets in batches:
        metric.update(predictions, targets)
    return metric.result()
