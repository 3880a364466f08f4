"""A differentiable operation: forward, backward, and the samples of its gradient check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcli.autograd.context import Context
from dlcli.autograd.grad_mode import is_recording
from dlcli.autograd.sample import Sample
from dlcli.autograd.tensor import Tensor


class Function:
    """Base class of the operations. Subclasses are never instantiated: all three methods are static.

    `backward` is pure: it changes neither its argument nor what forward saved, returns the same result when called
    again, and neither accumulates nor un-broadcasts, which is the engine's task. `ctx.needs_grad[i]` is true if the
    gradient of input i is needed.
    """

    @staticmethod
    def forward(ctx: Context, *arrays: Any, **options: Any) -> np.ndarray:
        """Compute the result from plain arrays, and save what backward needs with `ctx.save`."""
        raise NotImplementedError

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray | tuple[np.ndarray | None, ...] | None:
        """Return one gradient for each array input (None if not needed), from the gradient of the result."""
        raise NotImplementedError

    @staticmethod
    def samples() -> Iterable[Sample]:
        """Return calls on which the gradient is checked, away from kinks."""
        return ()

    @classmethod
    def apply(cls, *inputs: Tensor | np.ndarray | None, **options: Any) -> Tensor:
        """Run forward on tensors or plain arrays and record it if any tensor requires a gradient."""
        arrays = [value.data if isinstance(value, Tensor) else value for value in inputs]
        # Evaluation: no edges; the context is discarded with everything that forward saved.
        if not is_recording():
            return Tensor(cls.forward(Context(cls, (), (False,) * len(inputs)), *arrays, **options))
        # An edge leads to the operation that created an input, or to the tensor itself if it is a leaf; constants have
        # none, so that backward never visits parts of the graph without parameters.
        edges = [
            (value.creator or value) if isinstance(value, Tensor) and value.requires_grad else None for value in inputs
        ]
        needs_grad = tuple([edge is not None for edge in edges])
        context = Context(cls, tuple(edges), needs_grad)
        result = Tensor(cls.forward(context, *arrays, **options))
        # Otherwise no input needs a gradient, and the context is discarded with everything that forward saved.
        if True in needs_grad:
            context.shape = result.data.shape
            result.requires_grad = True
            result.creator = context
        return result
