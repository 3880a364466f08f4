"""Differentiable functions of tensors, one topic per file."""

from dlcli.ops.adaptive_pooling import adaptive_average_pool2d, adaptive_max_pool2d
from dlcli.ops.arithmetic import (
    absolute,
    add,
    divide,
    exp,
    log,
    maximum,
    multiply,
    negative,
    power,
    subtract,
)
from dlcli.ops.batch_norm import batch_norm, fixed_batch_norm
from dlcli.ops.binary_cross_entropy import binary_cross_entropy
from dlcli.ops.conv2d import conv2d
from dlcli.ops.conv_transpose2d import conv_transpose2d
from dlcli.ops.dropout import dropout, spatial_dropout
from dlcli.ops.embedded_inputs import embedded_inputs
from dlcli.ops.embedding import embedding
from dlcli.ops.gelu import gelu, gelu_tanh, silu
from dlcli.ops.gru import gru
from dlcli.ops.layer_norm import layer_norm
from dlcli.ops.linear import linear
from dlcli.ops.local_response_norm import local_response_norm
from dlcli.ops.lstm import lstm
from dlcli.ops.matmul import matmul
from dlcli.ops.over_time import max_over_time, mean_over_time
from dlcli.ops.pooling import average_pool2d, global_average_pool2d, global_max_pool2d, max_pool2d
from dlcli.ops.reductions import mean, sum
from dlcli.ops.regression_losses import huber, mean_absolute_error, mean_squared_error
from dlcli.ops.relu import elu, leaky_relu, relu
from dlcli.ops.rnn import rnn
from dlcli.ops.separable_resize import separable_resize
from dlcli.ops.shapes import concat, reshape, scatter, transpose
from dlcli.ops.sigmoid import sigmoid, softplus, tanh
from dlcli.ops.softmax import log_softmax, softmax
from dlcli.ops.softmax_cross_entropy import softmax_cross_entropy
from dlcli.ops.upsample import upsample_bilinear2d, upsample_nearest2d
from dlcli.ops.weighting import observed, observed_targets

__all__ = [
    "absolute",
    "adaptive_average_pool2d",
    "adaptive_max_pool2d",
    "add",
    "average_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "concat",
    "conv2d",
    "conv_transpose2d",
    "divide",
    "dropout",
    "elu",
    "embedded_inputs",
    "embedding",
    "exp",
    "fixed_batch_norm",
    "gelu",
    "gelu_tanh",
    "global_average_pool2d",
    "global_max_pool2d",
    "gru",
    "huber",
    "layer_norm",
    "leaky_relu",
    "linear",
    "local_response_norm",
    "log",
    "log_softmax",
    "lstm",
    "matmul",
    "max_over_time",
    "max_pool2d",
    "maximum",
    "mean",
    "mean_absolute_error",
    "mean_over_time",
    "mean_squared_error",
    "multiply",
    "negative",
    "observed",
    "observed_targets",
    "power",
    "relu",
    "reshape",
    "rnn",
    "scatter",
    "separable_resize",
    "sigmoid",
    "silu",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "spatial_dropout",
    "subtract",
    "sum",
    "tanh",
    "transpose",
    "upsample_bilinear2d",
    "upsample_nearest2d",
]
