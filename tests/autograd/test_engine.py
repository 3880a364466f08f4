"""Backward pass: accumulation, broadcasting, depth, memory."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcli import ops
from dlcli.autograd import Context, Function, Tensor
from dlcli.autograd.engine import unbroadcast


def leaf(values: object) -> Tensor:
    return Tensor(np.array(values, np.float64), requires_grad=True)


def test_a_tensor_used_twice_gets_both_gradients() -> None:
    x = leaf([3.0])
    (x * x + x).backward(np.ones(1))
    np.testing.assert_array_equal(x.grad, [7.0])  # 2x + 1


def test_a_diamond_is_traversed_once() -> None:
    x = leaf([2.0])
    shared = x * 3.0
    (shared * shared).sum().backward()
    np.testing.assert_array_equal(x.grad, [36.0])  # 2 · 9 · x


def test_gradients_accumulate_over_backward_passes() -> None:
    x = leaf([1.0, 2.0])
    for _ in range(2):
        (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])


def test_leaves_do_not_share_the_memory_of_one_gradient() -> None:
    a, b = leaf([1.0]), leaf([2.0])
    (a + b).sum().backward()
    assert a.grad is not None
    assert b.grad is not None
    a.grad += 5
    np.testing.assert_array_equal(b.grad, [1.0])


def test_the_initial_gradient_is_not_changed() -> None:
    x = leaf([1.0])
    given_grad = np.ones(1)
    (x + x + x).backward(given_grad)
    np.testing.assert_array_equal(given_grad, [1.0])
    np.testing.assert_array_equal(x.grad, [3.0])


def test_a_second_backward_on_the_same_graph_is_refused() -> None:
    loss = (leaf([1.0]) * 2.0).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="already freed"):
        loss.backward()


def test_a_backward_into_a_used_graph_is_refused() -> None:
    hidden = leaf([1.0]) * 2.0
    hidden.sum().backward()
    with pytest.raises(RuntimeError, match="already freed"):
        (hidden * 3.0).sum().backward()


def test_a_chain_of_ten_thousand_operations() -> None:
    x = leaf([1.0])
    y = x
    for _ in range(10_000):
        y = y + 0.001
    y.backward(np.ones(1))
    np.testing.assert_array_equal(x.grad, [1.0])


def test_a_long_chain_can_be_dropped_without_a_backward_pass() -> None:
    y = leaf([1.0])
    for _ in range(100_000):
        y = y + 0.001
    del y  # freeing the chain must not recurse either


class Tracked(np.ndarray):
    """Array that supports weak references."""


def test_saved_arrays_are_freed_during_backward() -> None:
    alive: list[weakref.ref[np.ndarray]] = []
    seen: list[int] = []

    class Keep(Function):
        """Identity that saves an array."""

        @staticmethod
        def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
            saved = np.zeros(3).view(Tracked)
            alive.append(weakref.ref(saved))
            ctx.save(saved)
            return x + 0.0

        @staticmethod
        def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
            seen.append(sum(reference() is not None for reference in alive))
            return grad

    y = leaf([1.0])
    for _ in range(4):
        y = Keep.apply(y)
    y.backward(np.ones(1))
    gc.collect()
    assert seen == [4, 3, 2, 1]
    assert all(reference() is None for reference in alive)


def test_intermediate_arrays_that_are_not_saved_are_freed_with_their_tensor() -> None:
    x = leaf([1.0])
    middle = x + 1.0
    tracked = middle.data.view(Tracked)
    middle.data = tracked
    reference = weakref.ref(tracked)
    result = middle + 1.0  # addition saves nothing
    del middle, tracked
    gc.collect()
    assert reference() is None
    result.backward(np.ones(1))
    np.testing.assert_array_equal(x.grad, [1.0])


def test_error_of_a_missing_gradient_names_the_function() -> None:
    class Silent(Function):
        """Identity without a gradient."""

        @staticmethod
        def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
            return x + 0.0

        @staticmethod
        def backward(ctx: Context, grad: np.ndarray) -> None:
            return None

    with pytest.raises(RuntimeError, match=r"Silent\.backward.*None"):
        Silent.apply(leaf([1.0])).backward(np.ones(1))


def test_error_of_a_wrong_number_of_gradients_names_the_function() -> None:
    class Generous(Function):
        """Identity with one gradient too many."""

        @staticmethod
        def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
            return x + 0.0

        @staticmethod
        def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return grad, grad

    with pytest.raises(RuntimeError, match=r"Generous\.backward.* 1 gradients, got 2"):
        Generous.apply(leaf([1.0])).backward(np.ones(1))


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4), st.randoms(use_true_random=False))
def test_broadcast_operands_get_gradients_of_their_shape(shapes: hnp.BroadcastableShapes, random: object) -> None:
    """`Σ a·b` with broadcasting: the gradient of a sums b over the axes along which a was broadcast."""
    generator = np.random.default_rng(0)
    a, b = (leaf(generator.standard_normal(shape)) for shape in shapes.input_shapes)
    ops.multiply(a, b).backward(np.ones(shapes.result_shape))
    stretched_a, stretched_b = np.broadcast_arrays(a.data, b.data)
    assert a.grad is not None
    assert a.grad.shape == a.shape
    assert b.grad is not None
    assert b.grad.shape == b.shape
    np.testing.assert_allclose((a.grad * a.data).sum(), (stretched_a * stretched_b).sum(), atol=1e-9)
    np.testing.assert_allclose((b.grad * b.data).sum(), (stretched_a * stretched_b).sum(), atol=1e-9)


@given(hnp.mutually_broadcastable_shapes(num_shapes=1, base_shape=(2, 3, 4)))
def test_unbroadcast_of_ones_counts_the_uses_of_each_element(shapes: hnp.BroadcastableShapes) -> None:
    (shape,) = shapes.input_shapes
    result_shape = np.broadcast_shapes(shape, (2, 3, 4))
    summed = unbroadcast(np.ones(result_shape), shape)
    assert summed.shape == shape
    np.testing.assert_array_equal(summed, np.prod(result_shape) / np.prod(shape))
