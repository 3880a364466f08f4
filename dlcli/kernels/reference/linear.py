"""Linear layer `y = x W + b`, optionally fused with an activation, and its gradients; g is the gradient of y."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from dlcli.kernels.reference.activations import relu, sigmoid, tanh

#: activations whose derivative can be computed from their output
Activation: TypeAlias = Literal["relu", "sigmoid", "tanh"]
ACTIVATIONS = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}


def linear(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, activation: Activation | None = None
) -> np.ndarray:
    """Compute `x W + b`, followed by the activation: (N, D), (D, U), (U,) -> (N, U)."""
    y: np.ndarray = np.matmul(x, weight)
    if bias is not None:
        y += bias
    return y if activation is None else ACTIVATIONS[activation](y)


def linear_grad_input(grad: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Compute the gradient of the input, `g Wᵀ`: (N, U), (D, U) -> (N, D)."""
    grad_x: np.ndarray = np.matmul(grad, weight.T)
    return grad_x


def linear_grad_weight(x: np.ndarray, grad: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Compute the gradient of the weight, `xᵀ g`, written to `out` if given: (N, D), (N, U) -> (D, U)."""
    return np.matmul(x.T, grad, out=out)


def linear_grad_bias(grad: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Compute the gradient of the bias, the sum of g over the batch, written to `out` if given: (N, U) -> (U,)."""
    grad_bias: np.ndarray = np.add.reduce(grad, axis=0, out=out)
    return grad_bias
