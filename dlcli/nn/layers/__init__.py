"""The layers, each registered under its YAML name."""

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
from dlcli.nn.layers.dropout import Dropout
from dlcli.nn.layers.identity_shortcut import IdentityShortcut
from dlcli.nn.layers.linear import Linear
from dlcli.nn.layers.merge import Add, Concat, Multiply
from dlcli.nn.layers.shapes import Flatten, Input, Reshape

__all__ = [
    "ELU",
    "GELU",
    "Add",
    "AuxiliaryOutput",
    "BatchNorm",
    "Concat",
    "Dropout",
    "Flatten",
    "Identity",
    "IdentityShortcut",
    "Input",
    "LeakyReLU",
    "Linear",
    "Multiply",
    "ReLU",
    "Reshape",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]
