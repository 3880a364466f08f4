"""A recorded operation: what its backward needs, and where its gradients go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from dlcli.autograd.function import Function
    from dlcli.autograd.tensor import Tensor

    #: destination of an input's gradient: the operation that created the input, or a leaf tensor
    Edge: TypeAlias = "Context | Tensor"


class Context:
    """State that a Function's forward passes to its backward; also the node of the tape.

    A node refers to the operations that created its inputs, not to the inputs themselves, so that an intermediate array
    stays alive only if some forward saved it. Values that are not arrays are plain attributes.
    """

    __slots__ = ("__dict__", "edges", "function", "needs_grad", "saved", "shape")

    def __init__(self, function: type[Function], edges: tuple[Edge | None, ...], needs_grad: tuple[bool, ...]) -> None:
        self.function = function
        self.edges: tuple[Edge | None, ...] | None = edges
        self.needs_grad = needs_grad
        self.saved: tuple[Any, ...] = ()
        self.shape: tuple[int, ...] = ()

    if TYPE_CHECKING:  # plain attributes of any name

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    def save(self, *arrays: Any) -> None:
        """Save arrays for backward, which reads them from `saved` and must not change them."""
        self.saved = arrays

    def out(self, index: int) -> np.ndarray | None:
        """Return memory for the gradient of input `index`, for use as NumPy's `out=`; None if there is none.

        A parameter whose gradient was cleared lends its memory once, so that its gradient needs no copy. The caller
        must overwrite all of it and return it as the gradient.
        """
        edge = self.edges[index] if self.edges else None
        return None if edge is None or isinstance(edge, Context) else edge.lend_grad()

    def release(self) -> None:
        """Free everything that was saved; there can be no second backward through this operation."""
        self.edges = None
        self.saved = ()
        self.__dict__.clear()
