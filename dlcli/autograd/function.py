"""A differentiable operation: forward, backward and the inputs it is checked on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcli.autograd.context import Context
from dlcli.autograd.grad_mode import is_recording
from dlcli.autograd.sample import Sample
from dlcli.autograd.tensor import Tensor


class Function:
    """Base of every operation. Subclasses are never instantiated: all three methods are static.

    `backward` is pure: it changes neither its argument nor what forward saved, gives the same result when called
    again, and neither accumulates nor un-broadcasts; the engine does. `ctx.needs_grad[i]` tells whether the
    gradient of input i is wanted at all.
    """

    @staticmethod
    def forward(ctx: Context, *arrays: Any, **options: Any) -> np.ndarray:
        """The result, from plain arrays; keeps what backward needs with `ctx.save`."""
        raise NotImplementedError

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray | tuple[np.ndarray | None, ...] | None:
        """One gradient for each array input (None where not needed), from the gradient of the result."""
        raise NotImplementedError

    @staticmethod
    def samples() -> Iterable[Sample]:
        """Calls on which the gradient is checked, away from kinks."""
        return ()

    @classmethod
    def apply(cls, *inputs: Tensor | np.ndarray | None, **options: Any) -> Tensor:
        """Run forward on tensors or plain arrays and record it if any tensor requires a gradient."""
        arrays = [value.data if isinstance(value, Tensor) else value for value in inputs]
        # Evaluation: no edges, no saved arrays; the context is thrown away with everything that forward put into it.
        if not is_recording():
            return Tensor(cls.forward(Context(cls, (), (False,) * len(inputs)), *arrays, **options))
        # An edge leads to the operation that made an input, or to the tensor itself if it is a leaf; constants have
        # none, so that backward never walks into parts that nothing trainable depends on.
        edges = [
            (value.creator or value) if isinstance(value, Tensor) and value.requires_grad else None for value in inputs
        ]
        needs_grad = tuple([edge is not None for edge in edges])
        context = Context(cls, tuple(edges), needs_grad)
        result = Tensor(cls.forward(context, *arrays, **options))
        # Otherwise nothing below needs a gradient, and the context is dropped with all it has saved.
        if True in needs_grad:
            context.shape = result.data.shape
            result.requires_grad = True
            result.creator = context
        return result
