"""The layers, each registered under its YAML name."""

from dlcli.nn.layers.activations import ReLU
from dlcli.nn.layers.linear import Linear

__all__ = ["Linear", "ReLU"]
