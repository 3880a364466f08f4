"""Parameter: a tensor that is trained."""

from __future__ import annotations

import numpy as np

from dlcli.autograd import Tensor


class Parameter(Tensor):
    """Leaf of the graph that an optimizer updates.

    Clearing a gradient is free: `clear_grad` only marks the memory, and the next backward pass overwrites it instead of
    adding to it, often without a copy because the kernel writes there directly (`lend_grad`). Reading `grad` fills a
    marked gradient with zeros first. Code that reads this memory through another array (a flat array of which it is a
    view) must call `settle_grad` on every parameter before, so that a missing gradient is zero.

    Args:
        data: Initial values, which are not copied.
        decay: Whether penalties and weight decay apply; False for biases and parameters of normalization layers.
        name: Dotted name within the model, set when the model is built.

    Attributes:
        learning_rate_scale: Factor on the optimizer's learning rate for this parameter.
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
        """Gradient, of the shape of `data`; None before the first backward pass, unless memory was assigned."""
        self.settle_grad()
        return self._grad

    @grad.setter
    def grad(self, memory: np.ndarray | None) -> None:
        self._grad = memory
        self.grad_is_cleared = False

    @property
    def trainable(self) -> bool:
        """Whether the parameter is trained; False means that it gets no gradient."""
        return self.requires_grad

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self.requires_grad = trainable

    def clear_grad(self) -> None:
        """Set the gradient to zero, without writing its memory yet."""
        # This saves a pass over the memory per step, milliseconds for a large model.
        self.grad_is_cleared = self._grad is not None

    def settle_grad(self) -> None:
        """Write the zeros that `clear_grad` deferred, if there has been no gradient since."""
        if self.grad_is_cleared and self._grad is not None:
            self._grad.fill(0)
        self.grad_is_cleared = False

    def lend_grad(self) -> np.ndarray | None:
        """Return the memory of a cleared gradient, into which a kernel may write the first gradient."""
        if not self.grad_is_cleared:
            return None
        self.grad_is_cleared = False
        return self._grad

    def accumulate_grad(self, grad: np.ndarray) -> None:
        if self._grad is None:
            self._grad = np.array(grad)
        # A kernel that has borrowed the memory has already written the gradient in place.
        elif grad is self._grad:
            return
        elif self.grad_is_cleared:
            np.copyto(self._grad, grad)
            self.grad_is_cleared = False
        else:
            self._grad += grad
