"""Numerical kernels on NumPy arrays: native ones if they have been built, otherwise the reference ones in NumPy."""

from __future__ import annotations

from dlcli.kernels import native, reference
from dlcli.kernels.native import fallback_reason, fastest
from dlcli.kernels.native.cores import usable_cores
from dlcli.kernels.reference.labels import check_labels
from dlcli.kernels.reference.linear import Activation
from dlcli.kernels.reference.rnn import RecurrentActivation
from dlcli.kernels.reference.windows import Pair, Sides

elu = fastest(reference.activations.elu)
elu_backward = fastest(reference.activations.elu_backward)
gelu = fastest(reference.activations.gelu)
gelu_backward = fastest(reference.activations.gelu_backward)
gelu_tanh = fastest(reference.activations.gelu_tanh)
gelu_tanh_backward = fastest(reference.activations.gelu_tanh_backward)
leaky_relu = fastest(reference.activations.leaky_relu)
leaky_relu_backward = fastest(reference.activations.leaky_relu_backward)
relu = fastest(reference.activations.relu)
relu_backward = fastest(reference.activations.relu_backward)
sigmoid = fastest(reference.activations.sigmoid)
sigmoid_backward = fastest(reference.activations.sigmoid_backward)
silu = fastest(reference.activations.silu)
silu_backward = fastest(reference.activations.silu_backward)
softplus = fastest(reference.activations.softplus)
softplus_backward = fastest(reference.activations.softplus_backward)
tanh = fastest(reference.activations.tanh)
tanh_backward = fastest(reference.activations.tanh_backward)

add = fastest(reference.arithmetic.add)
multiply = fastest(reference.arithmetic.multiply)

conv2d = fastest(reference.convolution.conv2d)
conv2d_grad_bias = fastest(reference.convolution.conv2d_grad_bias)
conv2d_grad_input = fastest(reference.convolution.conv2d_grad_input)
conv2d_grad_weight = fastest(reference.convolution.conv2d_grad_weight)

dropout_mask = fastest(reference.dropout.dropout_mask)

embedding = fastest(reference.embedding.embedding)
embedding_backward = fastest(reference.embedding.embedding_backward)

gru = fastest(reference.gru.gru)
gru_backward = fastest(reference.gru.gru_backward)

layer_norm = fastest(reference.layer_norm.layer_norm)
layer_norm_backward = fastest(reference.layer_norm.layer_norm_backward)

linear = fastest(reference.linear.linear)
linear_grad_bias = fastest(reference.linear.linear_grad_bias)
linear_grad_input = fastest(reference.linear.linear_grad_input)
linear_grad_weight = fastest(reference.linear.linear_grad_weight)

binary_cross_entropy = fastest(reference.losses.binary_cross_entropy)
binary_cross_entropy_backward = fastest(reference.losses.binary_cross_entropy_backward)
huber = fastest(reference.losses.huber)
huber_backward = fastest(reference.losses.huber_backward)

lstm = fastest(reference.lstm.lstm)
lstm_backward = fastest(reference.lstm.lstm_backward)

batch_norm = fastest(reference.normalization.batch_norm)
batch_norm_backward = fastest(reference.normalization.batch_norm_backward)
fixed_batch_norm = fastest(reference.normalization.fixed_batch_norm)

is_finite = fastest(reference.norms.is_finite)
l2_norm = fastest(reference.norms.l2_norm)

adagrad_update = fastest(reference.optimizers.adagrad_update)
adam_update = fastest(reference.optimizers.adam_update)
add_penalty_gradient = fastest(reference.optimizers.add_penalty_gradient)
centered_rmsprop_update = fastest(reference.optimizers.centered_rmsprop_update)
clip_update = fastest(reference.optimizers.clip_update)
discounted_sum_update = fastest(reference.optimizers.discounted_sum_update)
momentum_update = fastest(reference.optimizers.momentum_update)
rmsprop_update = fastest(reference.optimizers.rmsprop_update)
scale_update = fastest(reference.optimizers.scale_update)
sgd_update = fastest(reference.optimizers.sgd_update)

average_pool2d = fastest(reference.pooling.average_pool2d)
average_pool2d_backward = fastest(reference.pooling.average_pool2d_backward)
global_average_pool2d = fastest(reference.pooling.global_average_pool2d)
global_average_pool2d_backward = fastest(reference.pooling.global_average_pool2d_backward)
max_pool2d = fastest(reference.pooling.max_pool2d)
max_pool2d_backward = fastest(reference.pooling.max_pool2d_backward)

affine_sample = fastest(reference.affine_sampling.affine_sample)

rnn = fastest(reference.rnn.rnn)
rnn_backward = fastest(reference.rnn.rnn_backward)

crop_and_flip = fastest(reference.crop_and_flip.crop_and_flip)

log_softmax = fastest(reference.softmax.log_softmax)
log_softmax_backward = fastest(reference.softmax.log_softmax_backward)
softmax = fastest(reference.softmax.softmax)
softmax_backward = fastest(reference.softmax.softmax_backward)
softmax_cross_entropy = fastest(reference.softmax.softmax_cross_entropy)
softmax_cross_entropy_backward = fastest(reference.softmax.softmax_cross_entropy_backward)


def backend() -> str:
    """Return the backend in use: "native (avx512, 2 threads)" or "reference"."""
    return native.description()


def environment() -> dict[str, str | int]:
    """Return the properties of the backend in use: `backend`, and for the native one `isa` and `threads`."""
    return native.environment()


__all__ = [
    "Activation",
    "Pair",
    "RecurrentActivation",
    "Sides",
    "adagrad_update",
    "adam_update",
    "add",
    "add_penalty_gradient",
    "affine_sample",
    "average_pool2d",
    "average_pool2d_backward",
    "backend",
    "batch_norm",
    "batch_norm_backward",
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "centered_rmsprop_update",
    "check_labels",
    "clip_update",
    "conv2d",
    "conv2d_grad_bias",
    "conv2d_grad_input",
    "conv2d_grad_weight",
    "crop_and_flip",
    "discounted_sum_update",
    "dropout_mask",
    "elu",
    "elu_backward",
    "embedding",
    "embedding_backward",
    "environment",
    "fallback_reason",
    "fastest",
    "fixed_batch_norm",
    "gelu",
    "gelu_backward",
    "gelu_tanh",
    "gelu_tanh_backward",
    "global_average_pool2d",
    "global_average_pool2d_backward",
    "gru",
    "gru_backward",
    "huber",
    "huber_backward",
    "is_finite",
    "l2_norm",
    "layer_norm",
    "layer_norm_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_grad_bias",
    "linear_grad_input",
    "linear_grad_weight",
    "log_softmax",
    "log_softmax_backward",
    "lstm",
    "lstm_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "momentum_update",
    "multiply",
    "relu",
    "relu_backward",
    "rmsprop_update",
    "rnn",
    "rnn_backward",
    "scale_update",
    "sgd_update",
    "sigmoid",
    "sigmoid_backward",
    "silu",
    "silu_backward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "softplus",
    "softplus_backward",
    "tanh",
    "tanh_backward",
    "usable_cores",
]
