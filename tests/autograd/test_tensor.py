"""Operators and the rules of `backward`."""

from __future__ import annotations

import numpy as np
import pytest

import dlcli.ops  # noqa: F401 - the operators call the registered Functions
from dlcli.autograd import Tensor


def leaf(*values: float) -> Tensor:
    return Tensor(np.array(values), requires_grad=True)


def test_operators_with_tensors_arrays_and_numbers() -> None:
    x = leaf(1.0, 2.0)
    array = np.array([3.0, 4.0])
    results = {
        "x + 1": (x + 1, [2, 3]),
        "1 + x": (1 + x, [2, 3]),
        "x - 1": (x - 1, [0, 1]),
        "1 - x": (1 - x, [0, -1]),
        "x * 2": (x * 2, [2, 4]),
        "2 * x": (2 * x, [2, 4]),
        "x / 2": (x / 2, [0.5, 1]),
        "2 / x": (2 / x, [2, 1]),
        "-x": (-x, [-1, -2]),
        "x ** 3": (x**3, [1, 8]),
        "x @ array": (x @ array, 11),
        "array @ x": (array @ x, 11),
        "array + x": (array + x, [4, 6]),
        "array * x": (array * x, [3, 8]),
        "array - x": (array - x, [2, 2]),
        "array / x": (array / x, [3, 2]),
        "x[1]": (x[1], 2),
        "x.sum()": (x.sum(), 3),
        "x.mean()": (x.mean(), 1.5),
        "x.reshape": (x.reshape(2, 1), [[1], [2]]),
        "x.transpose": (x.reshape(2, 1).transpose(), [[1, 2]]),
    }
    for expression, (result, expected) in results.items():
        assert isinstance(result, Tensor), expression
        assert result.requires_grad, expression
        np.testing.assert_array_equal(result.data, expected, err_msg=expression)


def test_a_plain_number_keeps_the_dtype() -> None:
    x = Tensor(np.ones(2, np.float32))
    assert (x * 0.1 + 1).dtype == np.float32


def test_item_len_and_repr() -> None:
    assert leaf(2.5).item() == 2.5
    assert len(leaf(1.0, 2.0)) == 2
    assert repr(leaf(1.0)) == "Tensor(array([1.]), requires_grad=True)"
    assert leaf(1.0, 2.0).size == 2
    assert leaf(1.0).ndim == 1


def test_detach() -> None:
    x = leaf(2.0)
    (x * x.detach()).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0])


def test_backward_of_a_leaf_is_the_gradient_itself() -> None:
    x = leaf(2.0)
    x.backward()
    np.testing.assert_array_equal(x.grad, [1.0])


@pytest.mark.parametrize(
    ("tensor", "grad", "message"),
    [
        (Tensor(np.ones(1)), None, "does not require a gradient"),
        (Tensor(np.ones(2), requires_grad=True), None, r"shape \(2,\) needs grad"),
        (Tensor(np.ones(2), requires_grad=True), np.ones(3), r"shape \(2,\), got \(3,\)"),
    ],
)
def test_invalid_backward_is_refused(tensor: Tensor, grad: np.ndarray | None, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        tensor.backward(grad)
