"""A tensor that is trained."""

from __future__ import annotations

import numpy as np

from dlcli.autograd import Tensor


class Parameter(Tensor):
    """A leaf of the graph that an optimizer changes.

    Clearing a gradient costs nothing: `clear_grad` only marks the memory, and the next backward pass overwrites
    it instead of adding to it, often without a copy because the kernel writes there (`lend_grad`). Reading `grad`
    fills a marked gradient with zeros first. Who reads that memory by another name (a flat array of which it is a
    view) calls `settle_grad` on every parameter before, so that one without a gradient counts as zero.

    Args:
        data: the initial values; kept, not copied.
        decay: whether weight penalties and weight decay apply; False for biases and normalization parameters.
        name: dotted name within the model, set when the model is built.

    Attributes:
        learning_rate_scale: the optimizer's learning rate is multiplied by it for this parameter.
    """

    __slots__ = ("_grad", "decay", "grad_is_cleared", "learning_rate_scale", "name")

    def __init__(self, data: np.ndarray, *, decay: bool = True, name: str = "") -> None:
        self._grad: np.ndarray | None = None
        self.grad_is_cleared = False
        super().__init__(data, requires_grad=True)
        self.decay = decay
        self.name = name
        self.learning_rate_scale = 1.0

    @property
    def grad(self) -> np.ndarray | None:
        """The gradient, of the shape of `data`; None before the first backward pass, unless memory was given."""
        self.settle_grad()
        return self._grad

    @grad.setter
    def grad(self, memory: np.ndarray | None) -> None:
        self._grad = memory
        self.grad_is_cleared = False

    @property
    def trainable(self) -> bool:
        """False keeps the parameter as it is: no gradient is computed for it."""
        return self.requires_grad

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self.requires_grad = trainable

    def clear_grad(self) -> None:
        """Make the gradient zero, without touching its memory yet."""
        # A pass over the memory saved per step: for a large model that is milliseconds.
        self.grad_is_cleared = self._grad is not None

    def settle_grad(self) -> None:
        """Write the zeros that `clear_grad` promised, if no gradient has come since."""
        if self.grad_is_cleared and self._grad is not None:
            self._grad.fill(0)
        self.grad_is_cleared = False

    def lend_grad(self) -> np.ndarray | None:
        """The memory of a cleared gradient, for a kernel to write the first gradient into."""
        if not self.grad_is_cleared:
            return None
        self.grad_is_cleared = False
        return self._grad

    def accumulate_grad(self, grad: np.ndarray) -> None:
        if self._grad is None:
            self._grad = np.array(grad)
        # A kernel that has borrowed the memory returns it as its gradient.
        elif grad is self._grad:
            return  # written in place by whoever borrowed it
        elif self.grad_is_cleared:
            np.copyto(self._grad, grad)
            self.grad_is_cleared = False
        else:
            self._grad += grad
