"""Contracts of a loss: its gradient, its weights, and that a mean over a split does not depend on the batches."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np

from dlcli.autograd import TOLERANCE, Tensor, check_parameters
from dlcli.data import Rows
from dlcli.losses import Loss
from dlcli.testing.backends import on_each_backend
from dlcli.testing.check import Subject
from dlcli.testing.garbage import assert_same_bits, with_garbage

#: form of outputs → number of classes
CLASSES = {"class logits": 3, "one logit": 2}
#: examples, and the weight of each
EXAMPLES = 8
WEIGHTS = np.array([1.0, 0.0, 2.5, 0.5, 1.0, 0.0, 3.0, 0.25])
#: orders of the examples
ORDERS = (np.arange(EXAMPLES), np.array([5, 2, 7, 0, 3, 6, 1, 4]))


def gradient_agrees_with_differences(subject: Subject) -> None:
    """The gradient with respect to the outputs agrees with central differences, with and without weights."""
    for loss, outputs, targets in _cases(subject):
        for weights in (None, WEIGHTS):
            tensor = Tensor(outputs, requires_grad=True)
            (check,) = check_parameters(
                lambda loss=loss, tensor=tensor, targets=targets, weights=weights: loss(tensor, targets, weights),  # type: ignore[misc]
                {"outputs": tensor},
            )
            assert check.relative_error < TOLERANCE, check
            assert check.checked == check.size > 0, check


def result_is_a_scalar_of_the_outputs_dtype(subject: Subject) -> None:
    """The loss of float32 outputs is a float32 scalar with float32 gradients, close to that of float64."""
    for loss, outputs, targets in _cases(subject):
        single = Tensor(outputs.astype(np.float32), requires_grad=True)
        mean = loss(single, _single(targets))
        assert mean.shape == ()
        assert mean.dtype == np.float32
        mean.backward()
        assert single.grad is not None and single.grad.dtype == np.float32
        np.testing.assert_allclose(mean.item(), loss(Tensor(outputs), targets).item(), rtol=1e-5)


def mean_does_not_depend_on_the_batches(subject: Subject) -> None:
    """Sums over batches divided by the sum of their weights give the mean over all examples, in any order."""
    for loss, outputs, targets in _cases(subject):
        for weights in (None, WEIGHTS):
            expected = loss(Tensor(outputs), targets, weights).item()
            for order, bounds in itertools.product(ORDERS, ([0, 8], [0, 1, 4, 8], list(range(9)))):
                total = weight = 0.0
                for start, stop in itertools.pairwise(bounds):
                    rows = order[start:stop]
                    part = None if weights is None else weights[rows]
                    total += loss.sum(Tensor(outputs[rows]), targets[rows], part)
                    weight += loss.weight(targets[rows], part)
                np.testing.assert_allclose(total / weight, expected, rtol=1e-9)


def an_example_of_weight_zero_does_not_count(subject: Subject) -> None:
    """A weight of zero leaves an example out, and a common factor of all weights changes nothing."""
    for loss, outputs, targets in _cases(subject):
        kept = WEIGHTS > 0
        expected = loss(Tensor(outputs[kept]), targets[kept], WEIGHTS[kept]).item()
        for weights in (WEIGHTS, 4 * WEIGHTS):
            np.testing.assert_allclose(loss(Tensor(outputs), targets, weights).item(), expected, rtol=1e-9)
        ones = np.ones(EXAMPLES)
        np.testing.assert_allclose(
            loss(Tensor(outputs), targets, ones).item(), loss(Tensor(outputs), targets).item(), rtol=1e-9
        )


def garbage_of_weight_zero_changes_nothing(subject: Subject) -> None:
    """Outputs and targets of weight 0 may be anything: no bit of the loss, its sums or its gradient changes.

    NaN, infinities and −1e30, and classes that do not exist; in float32, with native and with reference kernels. If
    every weight is 0, the mean is 0.
    """
    for loss, outputs, targets in _cases(subject):
        for weights in (WEIGHTS, WEIGHTS > 0, np.zeros(EXAMPLES)):
            on_each_backend(partial(_check_garbage, loss, outputs.astype(np.float32), targets, weights))


CONTRACTS = (
    gradient_agrees_with_differences,
    result_is_a_scalar_of_the_outputs_dtype,
    mean_does_not_depend_on_the_batches,
    an_example_of_weight_zero_does_not_count,
    garbage_of_weight_zero_changes_nothing,
)


def _check_garbage(loss: Loss, outputs: np.ndarray, targets: Any, weights: np.ndarray) -> None:
    hidden = weights == 0
    mean, gradient, sums = _results(loss, outputs, targets, weights)
    assert np.isfinite(mean) and (weights.any() or mean == 0)
    assert not gradient[hidden].any(), "an example of weight 0 gets no gradient"
    for changed, other_targets in itertools.product(with_garbage(outputs, hidden), with_garbage(targets, hidden)):
        actual, actual_gradient, actual_sums = _results(loss, changed, other_targets, weights)
        assert_same_bits(actual, mean, "loss")
        assert_same_bits(actual_gradient, gradient, "gradient")
        assert actual_sums == sums, "the sum of the losses, and that of the weights"


def _results(
    loss: Loss, outputs: np.ndarray, targets: Any, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Return the mean, its gradient, and the two sums whose ratio it is."""
    leaf = Tensor(outputs, requires_grad=True)
    mean = loss(leaf, targets, weights)
    mean.backward()
    assert leaf.grad is not None
    return mean.data, leaf.grad, (loss.sum(Tensor(outputs), targets, weights), loss.weight(targets, weights))


def _single(targets: Any) -> Any:
    """Targets with float32 instead of float64."""
    if isinstance(targets, Rows):
        return targets.with_columns({name: _single(column) for name, column in targets.columns.items()})
    return targets.astype(np.float32) if targets.dtype.kind == "f" else targets


def _cases(subject: Subject) -> list[tuple[Loss, np.ndarray, Any]]:
    """The loss with outputs (N, K) and targets of the form that it needs."""
    loss = subject.create()
    assert isinstance(loss, Loss), f"{subject} is not a Loss"
    generator = np.random.default_rng(0)
    if loss.needs == "values":
        shapes = [(EXAMPLES, columns) for columns in (1, 2)]
        return [(loss, generator.standard_normal(shape), generator.standard_normal(shape)) for shape in shapes]
    if loss.needs not in CLASSES:
        return [(loss, *loss.sample(generator, EXAMPLES))]
    classes = CLASSES[loss.needs]
    labels = np.arange(EXAMPLES) % classes
    loss.prepare(np.bincount(labels, minlength=classes).tolist())
    return [(loss, generator.standard_normal((EXAMPLES, classes if classes > 2 else 1)), labels)]
