"""Tensor: an array that records how it was computed."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

import numpy as np

from dlcli.autograd.context import Context
from dlcli.autograd.engine import run_backward
from dlcli.core import registry


class Tensor:
    """Array in a differentiable computation.

    Args:
        data: Values; anything that `np.asarray` accepts.
        requires_grad: Whether `backward` stores the gradient of this leaf in `grad`.
    """

    __slots__ = ("creator", "data", "grad", "requires_grad")
    __array_ufunc__: ClassVar[None] = None  # `array + tensor` calls `Tensor.__radd__`

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.data: np.ndarray = data if type(data) is np.ndarray else np.asarray(data)
        self.grad: np.ndarray | None = None
        self.requires_grad = requires_grad
        self.creator: Context | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.data.dtype

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data!r}{', requires_grad=True' if self.requires_grad else ''})"

    def item(self) -> float:
        """Return the value of a tensor with one element."""
        return float(self.data.item())

    def detach(self) -> Tensor:
        """Return a tensor with the same data that is detached from the graph."""
        return Tensor(self.data)

    def backward(self, grad: np.ndarray | None = None) -> None:
        """Add the gradient of this tensor with respect to every leaf to the leaf's `grad`, and free the graph.

        Args:
            grad: Gradient of the objective with respect to this tensor; None means 1, for a scalar.

        Raises:
            RuntimeError: Nothing was recorded, the graph was already used, or `grad` is missing or has a wrong shape.
        """
        if not self.requires_grad:
            raise RuntimeError("backward of a tensor that does not require a gradient")
        if grad is None:
            if self.data.size != 1:
                raise RuntimeError(f"backward of a tensor of shape {self.shape} needs grad, the initial gradient")
            grad = np.ones_like(self.data)
        elif grad.shape != self.shape:
            raise RuntimeError(f"expected a gradient of the tensor's shape {self.shape}, got {grad.shape}")
        if self.creator is None:
            self.accumulate_grad(grad)
        else:
            run_backward(self.creator, grad)

    def accumulate_grad(self, grad: np.ndarray) -> None:
        """Add `grad` to the gradient of this leaf."""
        if self.grad is None:
            # a copy: backward may pass the same array to several inputs
            self.grad = np.array(grad)
        else:
            self.grad += grad

    def lend_grad(self) -> np.ndarray | None:
        """Return memory for the gradient of this leaf; a plain tensor has none."""
        return None

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        return _apply("sum", self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        return _apply("mean", self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape: int) -> Tensor:
        return _apply("reshape", self, shape=shape)

    def transpose(self, *axes: int) -> Tensor:
        """Permute the axes; without arguments, reverse them."""
        return _apply("transpose", self, axes=axes or None)

    def __getitem__(self, index: Any) -> Tensor:
        return _apply("slice", self, index=index)

    def __neg__(self) -> Tensor:
        return _apply("negative", self)

    def __add__(self, other: Operand) -> Tensor:
        return _apply("add", self, self._operand(other))

    def __sub__(self, other: Operand) -> Tensor:
        return _apply("subtract", self, self._operand(other))

    def __mul__(self, other: Operand) -> Tensor:
        return _apply("multiply", self, self._operand(other))

    def __truediv__(self, other: Operand) -> Tensor:
        return _apply("divide", self, self._operand(other))

    def __matmul__(self, other: Operand) -> Tensor:
        return _apply("matmul", self, self._operand(other))

    def __pow__(self, exponent: float) -> Tensor:
        return _apply("power", self, exponent=exponent)

    def __radd__(self, other: Operand) -> Tensor:
        return _apply("add", self._operand(other), self)

    def __rsub__(self, other: Operand) -> Tensor:
        return _apply("subtract", self._operand(other), self)

    def __rmul__(self, other: Operand) -> Tensor:
        return _apply("multiply", self._operand(other), self)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return _apply("divide", self._operand(other), self)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return _apply("matmul", self._operand(other), self)

    def _operand(self, other: Operand) -> Tensor | np.ndarray:
        """Convert the other operand; a plain number gets this tensor's dtype."""
        if isinstance(other, Tensor | np.ndarray):
            return other
        return np.asarray(other, dtype=self.data.dtype)


Operand: TypeAlias = Tensor | np.ndarray | float
Axis: TypeAlias = int | tuple[int, ...] | None


def _apply(name: str, *inputs: Tensor | np.ndarray, **options: Any) -> Tensor:
    """Apply the registered Function `name`; the operations are defined in `dlcli.ops`, a layer above."""
    result: Tensor = registry.lookup("function", name).apply(*inputs, **options)  # type: ignore[attr-defined]
    return result
