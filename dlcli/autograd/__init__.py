"""Reverse-mode differentiation over a tape, and the check of its gradients."""

from dlcli.autograd.context import Context
from dlcli.autograd.function import Function
from dlcli.autograd.grad_mode import is_recording, no_grad
from dlcli.autograd.gradcheck import ParameterCheck, check_function, check_parameters
from dlcli.autograd.sample import Sample
from dlcli.autograd.tensor import Tensor

__all__ = [
    "Context",
    "Function",
    "ParameterCheck",
    "Sample",
    "Tensor",
    "check_function",
    "check_parameters",
    "is_recording",
    "no_grad",
]
