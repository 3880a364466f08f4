"""How many floating-point operations a step of ours needs: those of its products, counted at the kernels it calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np

from dlcli import kernels


def linear(_y: np.ndarray, x: np.ndarray, weight: np.ndarray, *_: Any) -> int:
    return 2 * x.size * weight.shape[1]


def linear_grad_input(_grad_x: np.ndarray, grad: np.ndarray, weight: np.ndarray, *_: Any) -> int:
    return 2 * grad.size * weight.shape[0]


def linear_grad_weight(_grad_weight: np.ndarray, x: np.ndarray, grad: np.ndarray, *_: Any) -> int:
    return 2 * x.size * grad.shape[1]


def conv2d(y: np.ndarray, _x: np.ndarray, weight: np.ndarray, *_: Any) -> int:
    return 2 * y.size * int(np.prod(weight.shape[:3]))


def conv2d_grad_input(_grad_x: np.ndarray, grad: np.ndarray, weight: np.ndarray, *_: Any) -> int:
    return 2 * grad.size * int(np.prod(weight.shape[:3]))


def conv2d_grad_weight(grad_weight: np.ndarray, _x: np.ndarray, grad: np.ndarray, *_: Any) -> int:
    return 2 * grad.size * int(np.prod(grad_weight.shape[:3]))


def recurrent(_states: Any, x: np.ndarray, input_weight: np.ndarray, recurrent_weight: np.ndarray, *_: Any) -> int:
    looked_up = x.ndim == 2  # tokens, for which nothing is multiplied
    multiplied = recurrent_weight.size + (0 if looked_up else input_weight.size)
    return 2 * x.shape[0] * x.shape[1] * multiplied


def recurrent_backward(grads: Any, _grad_states: np.ndarray, *arguments: Any) -> int:
    return 2 * recurrent(grads, *arguments)


def lstm_backward(grads: Any, _grad_hidden: np.ndarray, _grad_cell: Any, *arguments: Any) -> int:
    return 2 * recurrent(grads, *arguments)


#: of each kernel, from its result and its arguments
COUNTS: dict[str, Callable[..., int]] = {
    "linear": linear,
    "linear_grad_input": linear_grad_input,
    "linear_grad_weight": linear_grad_weight,
    "conv2d": conv2d,
    "conv2d_grad_input": conv2d_grad_input,
    "conv2d_grad_weight": conv2d_grad_weight,
    "rnn": recurrent,
    "gru": recurrent,
    "lstm": recurrent,
    "rnn_backward": recurrent_backward,
    "gru_backward": recurrent_backward,
    "lstm_backward": lstm_backward,
}


def of_step(step: Callable[[], Any]) -> int:
    """Run `step` once and count."""
    counts: list[int] = []

    def counted(name: str) -> Callable[..., Any]:
        kernel = getattr(kernels, name)

        def call(*arguments: Any, **options: Any) -> Any:
            result = kernel(*arguments, **options)
            counts.append(COUNTS[name](result, *arguments))
            return result

        return call

    with mock.patch.multiple(kernels, **{name: counted(name) for name in COUNTS}):
        step()
    return sum(counts)
