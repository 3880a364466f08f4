"""Differentiable functions on tensors, one topic a file."""

from dlcli.ops.linear import linear
from dlcli.ops.relu import relu
from dlcli.ops.softmax_cross_entropy import softmax_cross_entropy

__all__ = ["linear", "relu", "softmax_cross_entropy"]
