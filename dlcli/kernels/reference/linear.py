"""Products of a batch of rows with a weight matrix: `y = x W + b`, and the activation that follows."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from dlcli.kernels.reference.activations import relu, sigmoid, tanh

#: activations whose derivative is a function of their result
Activation: TypeAlias = Literal["relu", "sigmoid", "tanh"]
ACTIVATIONS = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}


def linear(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, activation: Activation | None = None
) -> np.ndarray:
    """(N, D), (D, U), (U,) -> (N, U)."""
    y: np.ndarray = np.matmul(x, weight)
    if bias is not None:
        y += bias
    return y if activation is None else ACTIVATIONS[activation](y)


def linear_grad_input(grad: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(N, U), (D, U) -> (N, D)."""
    grad_x: np.ndarray = np.matmul(grad, weight.T)
    return grad_x


def linear_grad_weight(x: np.ndarray, grad: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """(N, D), (N, U) -> (D, U), summed over the batch; written into `out` when given."""
    return np.matmul(x.T, grad, out=out)


def linear_grad_bias(grad: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """(N, U) -> (U,), summed over the batch; written into `out` when given."""
    summed: np.ndarray = np.add.reduce(grad, axis=0, out=out)
    return summed
