"""One recorded operation: what its backward needs, and where its gradients go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from dlcli.autograd.function import Function
    from dlcli.autograd.tensor import Tensor

    #: where the gradient of an input goes: the operation that made it, or a leaf tensor
    Edge: TypeAlias = "Context | Tensor"


class Context:
    """What passes from a Function's forward to its backward; also the node of the tape.

    A node refers to the operations that made its inputs, not to the inputs themselves, so an intermediate array
    lives on only where some forward saved it. Non-array values are kept as plain attributes.
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
        """Keep arrays for backward, which finds them in `saved` and must not change them."""
        self.saved = arrays

    def out(self, index: int) -> np.ndarray | None:
        """Memory to write the gradient of input `index` into, as NumPy's `out=`; None when there is none.

        A parameter whose gradient was cleared lends its own memory, once, so its gradient needs no copy. Whoever
        asks must write it whole and return it.
        """
        edge = self.edges[index] if self.edges else None
        return None if edge is None or isinstance(edge, Context) else edge.lend_grad()

    def release(self) -> None:
        """Let go of everything saved: this operation can not be walked through again."""
        self.edges = None
        self.saved = ()
        self.__dict__.clear()
