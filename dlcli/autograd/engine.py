"""Backward pass: from one tensor through the tape to the leaves.

Gradients are accumulated and un-broadcast only here. A first traversal counts the consumers of each operation; the
backward of an operation runs when the last of them has delivered its gradient. The traversal is iterative, so that the
depth is limited only by memory, and its order depends only on the graph.
"""

from __future__ import annotations

import numpy as np

from dlcli import kernels
from dlcli.autograd.context import Context


def run_backward(root: Context, grad: np.ndarray) -> None:
    """Propagate `grad`, the gradient of the result of `root`, to every leaf below it, and free the tape.

    Raises:
        RuntimeError: A part of the graph was already used by a backward pass, or a Function returned no gradient for an
            input that needs one.
    """
    consumers = _count_consumers(root)
    # An operation runs only when all its consumers have delivered: its backward is then called once, with the complete
    # gradient, for any number of paths to it. This makes the pass linear in the number of operations.
    gradients = {root: grad}
    # A stack: the order of the additions below depends only on the graph, so every run gives the same bits.
    runnable = [root]
    while runnable:
        context = runnable.pop()
        # popped: the gradient of a result is not needed after it has been propagated to the inputs
        results = context.function.backward(context, gradients.pop(context))
        input_grads = results if isinstance(results, tuple) else (results,)
        edges = context.edges or ()
        if len(input_grads) != len(edges):
            raise RuntimeError(
                f"{context.function.__name__}.backward: expected {len(edges)} gradients, got {len(input_grads)}"
            )
        for edge, input_grad in zip(edges, input_grads, strict=True):
            if edge is None:
                continue
            if input_grad is None:
                raise RuntimeError(f"{context.function.__name__}.backward: expected a gradient, got None")
            # Forward broadcast this input, so backward sums over the broadcast axes.
            if input_grad.shape != edge.shape:
                input_grad = unbroadcast(input_grad, edge.shape)
            # A leaf: a parameter, or an input that requires a gradient. It has no backward.
            if not isinstance(edge, Context):
                edge.accumulate_grad(input_grad)
                continue
            earlier = gradients.get(edge)
            # not in place: a backward may return the same array for two inputs
            gradients[edge] = input_grad if earlier is None else kernels.add(earlier, input_grad)
            consumers[edge] -= 1
            if not consumers[edge]:
                runnable.append(edge)
        # Saved arrays are freed as soon as they are used: memory peaks at the start of the backward pass, not at its
        # end.
        context.release()


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the gradient of an array of `shape` that was broadcast to `grad.shape`: a sum over the broadcast axes."""
    # NumPy broadcasts by adding axes in front, then repeating along axes of size 1.
    offset = grad.ndim - len(shape)
    repeated = tuple(axis + offset for axis, size in enumerate(shape) if size == 1 and grad.shape[axis + offset] != 1)
    total: np.ndarray = np.add.reduce(grad, axis=tuple(range(offset)) + repeated, keepdims=True)
    return total.reshape(shape)


def _count_consumers(root: Context) -> dict[Context, int]:
    """Return for every operation below `root` the number of edges to it."""
    consumers: dict[Context, int] = {}
    unvisited = [root]
    while unvisited:
        context = unvisited.pop()
        if context.edges is None:
            raise RuntimeError("a backward pass has already freed this part of the graph; run the forward pass again")
        for edge in context.edges:
            if isinstance(edge, Context):
                # Visited before: count the edge, but do not descend twice.
                if edge in consumers:
                    consumers[edge] += 1
                else:
                    consumers[edge] = 1
                    unvisited.append(edge)
    return consumers
