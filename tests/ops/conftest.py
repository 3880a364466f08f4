"""Comparison of an operation with PyTorch: the output and the gradient of every input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.autograd import Tensor

Comparison = Callable[..., None]


@pytest.fixture(scope="session")
def same_as_torch() -> Comparison:
    """Return `same_as_torch(ours, theirs, *arrays)`; each function gets the arrays as tensors of its library."""
    torch = pytest.importorskip("torch")

    def compare(
        ours: Callable[..., Tensor], theirs: Callable[..., Any], *arrays: np.ndarray, tolerance: float = 1e-10
    ) -> None:
        tensors = [Tensor(array.copy(), requires_grad=True) for array in arrays]
        references = [torch.tensor(array, requires_grad=True) for array in arrays]
        result, expected = ours(*tensors), theirs(*references)
        np.testing.assert_allclose(result.data, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
        direction = np.random.default_rng(9).standard_normal(result.shape).astype(result.dtype)
        result.backward(direction)
        expected.backward(torch.tensor(direction).reshape(expected.shape))
        for tensor, reference in zip(tensors, references, strict=True):
            np.testing.assert_allclose(tensor.grad, reference.grad.numpy(), rtol=tolerance, atol=tolerance)

    return compare
