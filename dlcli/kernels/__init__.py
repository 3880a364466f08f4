"""Numeric primitives on plain arrays; what the rest of dlcli calls is the backend re-exported here."""

from dlcli.kernels.reference.activations import relu, relu_backward
from dlcli.kernels.reference.linear import linear, linear_grad_bias, linear_grad_input, linear_grad_weight
from dlcli.kernels.reference.softmax import (
    log_softmax,
    log_softmax_backward,
    softmax,
    softmax_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)

__all__ = [
    "linear",
    "linear_grad_bias",
    "linear_grad_input",
    "linear_grad_weight",
    "log_softmax",
    "log_softmax_backward",
    "relu",
    "relu_backward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
]
