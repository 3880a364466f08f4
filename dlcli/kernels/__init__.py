"""Numeric primitives on plain arrays; what the rest of dlcli calls is the backend re-exported here."""

from dlcli.kernels.reference.activations import relu, relu_backward
from dlcli.kernels.reference.linear import linear, linear_grad_bias, linear_grad_input, linear_grad_weight
from dlcli.kernels.reference.norms import l2_norm
from dlcli.kernels.reference.optimizers import (
    adagrad_update,
    adam_update,
    add_penalty_gradient,
    centered_rmsprop_update,
    discounted_sum_update,
    momentum_update,
    rmsprop_update,
    sgd_update,
)
from dlcli.kernels.reference.softmax import (
    log_softmax,
    log_softmax_backward,
    softmax,
    softmax_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)

__all__ = [
    "adagrad_update",
    "adam_update",
    "add_penalty_gradient",
    "centered_rmsprop_update",
    "discounted_sum_update",
    "l2_norm",
    "linear",
    "linear_grad_bias",
    "linear_grad_input",
    "linear_grad_weight",
    "log_softmax",
    "log_softmax_backward",
    "momentum_update",
    "relu",
    "relu_backward",
    "rmsprop_update",
    "sgd_update",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
]
