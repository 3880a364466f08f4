"""Contracts of a task: what is not observed has no effect, and sums are divided only at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import registry
from dlcli.metrics import Metric
from dlcli.tasks import HeadMetric, Task
from dlcli.testing.backends import on_each_backend
from dlcli.testing.check import Subject
from dlcli.testing.garbage import assert_same_bits
from dlcli.testing.problems import COUNT, Problem, problem_of


def what_is_not_observed_changes_nothing(subject: Subject) -> None:
    """Garbage in padded steps and behind missing labels changes no bit of a loss, a gradient or a metric.

    NaN, infinities and −1e30 in outputs and values, and classes that do not exist; in float32, with native and with
    reference kernels, for lengths of 0, of 1 and of all steps. Padded steps and missing labels get no gradient.
    """
    problem = problem_of(subject)
    every_row = np.arange(COUNT)
    # all; sequences of one step, and a head without a label; sequences without steps
    for rows in (every_row, every_row[::4], every_row[3::4]):
        on_each_backend(partial(_check_garbage, problem.take(rows)))


def means_do_not_depend_on_the_batches(subject: Subject) -> None:
    """The loss and each metric of a split are ratios of sums: batches of any size and order give the same numbers."""
    problem = problem_of(subject)
    whole, totals = _metric_values([problem]), _totals([problem])
    loss = problem.task.loss(Tensor(problem.outputs), problem.targets, problem.lengths).item()
    np.testing.assert_allclose(problem.task.mean_loss(totals), loss, rtol=1e-5)
    shuffled = np.random.default_rng(1).permutation(COUNT)
    for order in (np.arange(COUNT), shuffled):
        for size in (1, 5, COUNT):
            parts = [problem.take(order[start : start + size]) for start in range(0, COUNT, size)]
            np.testing.assert_allclose(problem.task.mean_loss(_totals(parts)), loss, rtol=1e-5)
            for name, value in _metric_values(parts).items():
                np.testing.assert_allclose(value, whole[name], rtol=1e-6, err_msg=name)


CONTRACTS = (what_is_not_observed_changes_nothing, means_do_not_depend_on_the_batches)


@dataclass(frozen=True)
class _Result:
    """What a task computes from a batch.

    Args:
        loss: Mean loss, a scalar.
        gradient: Gradient of the outputs, (N, …).
        totals: Numerators and denominators of the loss.
        weight: Denominator of the mean loss.
        metrics: Metric → its value.
        targets: Targets as in files of predictions.
    """

    loss: np.ndarray
    gradient: np.ndarray
    totals: np.ndarray
    weight: float
    metrics: dict[str, float]
    targets: list[Any]


def _check_garbage(problem: Problem) -> None:
    expected = _result(problem)
    assert np.isfinite(expected.loss) and np.isfinite(expected.gradient).all()
    for changed in problem.with_garbage():
        actual = _result(changed)
        assert_same_bits(actual.loss, expected.loss, "loss")
        assert_same_bits(actual.gradient, expected.gradient, "gradient of the outputs")
        assert not actual.gradient[~np.isfinite(changed.outputs)].any(), "what is not observed gets no gradient"
        assert_same_bits(actual.totals, expected.totals, "sums of the loss")
        assert actual.weight == expected.weight
        assert actual.targets == expected.targets
        for name, value in actual.metrics.items():
            np.testing.assert_array_equal(value, expected.metrics[name], err_msg=name)


def _result(problem: Problem) -> _Result:
    task, outputs = problem.task, Tensor(problem.outputs, requires_grad=True)
    loss = task.loss(outputs, problem.targets, problem.lengths)
    loss.backward()
    assert outputs.grad is not None
    _, truth = task.pair_predictions(problem.outputs, problem.targets, problem.lengths)
    return _Result(
        loss.data,
        outputs.grad,
        _totals([problem]),
        task.loss_weight(problem.targets, problem.lengths),
        _metric_values([problem]),
        list(task.target_rows(truth)),
    )


def _totals(parts: Sequence[Problem]) -> np.ndarray:
    """Return the sums of the loss over batches."""
    totals: np.ndarray = np.sum(
        [part.task.loss_totals(Tensor(part.outputs), part.targets, part.lengths) for part in parts], axis=0
    )
    return totals


def _metric_values(parts: Sequence[Problem]) -> dict[str, float]:
    """Return metric → its value over batches, for every registered metric that applies to the task."""
    task = parts[0].task
    metrics = list(_metrics(task))
    for part in parts:
        predictions, truth = task.pair_predictions(part.outputs, part.targets, part.lengths)
        for metric in metrics:
            predictions.update(metric, truth)
    return {metric.name: metric.result() for metric in metrics}


def _metrics(task: Task) -> Iterator[Metric]:
    for head, part in task.parts.items():
        yield from (HeadMetric(head, metric) for metric in _metrics(part))
    if not task.parts:
        created = (registry.make(registry.lookup("metric", name)) for name in registry.names("metric"))
        yield from (metric for metric in created if task.accepts(metric))
