"""The backward pass: from one tensor down the tape to the leaves.

The only place where gradients are accumulated and un-broadcast. It counts on the first walk how many consumers
each operation has, and runs an operation's backward when the last of them has delivered: iterative, so depth is
limited by memory only, and in an order that depends on the graph alone.
"""

from __future__ import annotations

import numpy as np

from dlcli import kernels
from dlcli.autograd.context import Context


def run_backward(root: Context, grad: np.ndarray) -> None:
    """Send `grad`, the gradient of the result of `root`, to every leaf below it, freeing the tape on the way.

    Raises:
        RuntimeError: a part of the graph was already walked through, or a Function returned no gradient where
            one is needed.
    """
    consumers = _count_consumers(root)
    # An operation runs only when all its consumers have delivered: its backward is then called once, with the whole
    # gradient, however many paths lead to it. This makes the pass linear in the number of operations.
    gradients = {root: grad}
    # A stack: the order of the additions below depends on the graph alone, so the bits do not change from run to run.
    ready = [root]
    while ready:
        context = ready.pop()
        # popped: the gradient of a result is not needed any more once it has been passed on to the inputs
        returned = context.function.backward(context, gradients.pop(context))
        input_grads = returned if isinstance(returned, tuple) else (returned,)
        edges = context.edges or ()
        if len(input_grads) != len(edges):
            raise RuntimeError(
                f"{context.function.__name__}.backward returned {len(input_grads)} gradients for {len(edges)} inputs"
            )
        for edge, input_grad in zip(edges, input_grads, strict=True):
            if edge is None:
                continue
            if input_grad is None:
                raise RuntimeError(f"{context.function.__name__}.backward returned None for an input that needs one")
            # Forward broadcast this input, so backward sums over the axes that it was stretched along.
            if input_grad.shape != edge.shape:
                input_grad = unbroadcast(input_grad, edge.shape)
            # A leaf: a parameter, or an input that wants its gradient. It has no backward of its own.
            if not isinstance(edge, Context):
                edge.accumulate_grad(input_grad)
                continue
            earlier = gradients.get(edge)
            # never in place: a backward may hand the same array to two inputs
            gradients[edge] = input_grad if earlier is None else kernels.add(earlier, input_grad)
            consumers[edge] -= 1
            if not consumers[edge]:
                ready.append(edge)
        # What forward saved goes as soon as it is used: the peak of memory is at the start of the backward pass, not
        # its end.
        context.release()


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient of an array of `shape` that was broadcast to `grad.shape`: summed over the stretched axes."""
    # NumPy broadcasts by adding axes in front, then stretching axes of size 1.
    added = grad.ndim - len(shape)
    stretched = tuple(axis + added for axis, size in enumerate(shape) if size == 1 and grad.shape[axis + added] != 1)
    summed: np.ndarray = np.add.reduce(grad, axis=tuple(range(added)) + stretched, keepdims=True)
    return summed.reshape(shape)


def _count_consumers(root: Context) -> dict[Context, int]:
    """For every operation below `root`, how many edges lead to it."""
    consumers: dict[Context, int] = {}
    unvisited = [root]
    while unvisited:
        context = unvisited.pop()
        if context.edges is None:
            raise RuntimeError(
                "backward has already run through this part of the graph and freed it; run the forward pass again"
            )
        for edge in context.edges:
            if isinstance(edge, Context):
                # Visited before: count the edge, but do not walk down twice.
                if edge in consumers:
                    consumers[edge] += 1
                else:
                    consumers[edge] = 1
                    unvisited.append(edge)
    return consumers
