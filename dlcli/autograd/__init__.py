"""Reverse-mode automatic differentiation with a tape, and numerical gradient checking."""

from dlcli.autograd.context import Context
from dlcli.autograd.directional import check_directions
from dlcli.autograd.function import Function
from dlcli.autograd.grad_mode import is_recording, no_grad
from dlcli.autograd.gradcheck import EPSILON, TOLERANCE, ParameterCheck, check_function, check_parameters
from dlcli.autograd.sample import Sample, draw, draw_away_from_zero, draw_distinct
from dlcli.autograd.tensor import Axis, Tensor

__all__ = [
    "EPSILON",
    "TOLERANCE",
    "Axis",
    "Context",
    "Function",
    "ParameterCheck",
    "Sample",
    "Tensor",
    "check_directions",
    "check_function",
    "check_parameters",
    "draw",
    "draw_away_from_zero",
    "draw_distinct",
    "is_recording",
    "no_grad",
]
