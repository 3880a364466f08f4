"""Layers, each registered under its YAML name."""

from dlcli.nn.layers.activations import (
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from dlcli.nn.layers.auxiliary_output import AuxiliaryOutput
from dlcli.nn.layers.batch_norm import BatchNorm
from dlcli.nn.layers.conv2d import Conv2D
from dlcli.nn.layers.conv_transpose2d import ConvTranspose2D
from dlcli.nn.layers.depthwise_conv2d import DepthwiseConv2D
from dlcli.nn.layers.dropout import Dropout
from dlcli.nn.layers.embedding import Embedding
from dlcli.nn.layers.gru import GRU
from dlcli.nn.layers.identity_shortcut import IdentityShortcut
from dlcli.nn.layers.layer_norm import LayerNorm
from dlcli.nn.layers.linear import Linear
from dlcli.nn.layers.local_response_norm import LocalResponseNorm
from dlcli.nn.layers.lstm import LSTM
from dlcli.nn.layers.merge import Add, Concat, Multiply
from dlcli.nn.layers.over_time import LastStep, MaxOverTime, MeanOverTime
from dlcli.nn.layers.pooling import (
    AdaptiveAveragePool2D,
    AdaptiveMaxPool2D,
    AveragePool2D,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    MaxPool2D,
)
from dlcli.nn.layers.rnn import RNN
from dlcli.nn.layers.shapes import Flatten, Input, Reshape
from dlcli.nn.layers.spatial_dropout import SpatialDropout
from dlcli.nn.layers.upsample import Upsample2D

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveAveragePool2D",
    "AdaptiveMaxPool2D",
    "Add",
    "AuxiliaryOutput",
    "AveragePool2D",
    "BatchNorm",
    "Concat",
    "Conv2D",
    "ConvTranspose2D",
    "DepthwiseConv2D",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePool2D",
    "GlobalMaxPool2D",
    "Identity",
    "IdentityShortcut",
    "Input",
    "LastStep",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxOverTime",
    "MaxPool2D",
    "MeanOverTime",
    "Multiply",
    "ReLU",
    "Reshape",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "SpatialDropout",
    "Tanh",
    "Upsample2D",
]
