"""Reverse-mode differentiation over a tape."""

from dlcli.autograd.context import Context
from dlcli.autograd.function import Function
from dlcli.autograd.grad_mode import is_recording, no_grad
from dlcli.autograd.sample import Sample
from dlcli.autograd.tensor import Tensor

__all__ = ["Context", "Function", "Sample", "Tensor", "is_recording", "no_grad"]
