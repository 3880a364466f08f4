"""Recording of operations by `apply`."""

from __future__ import annotations

import numpy as np

from dlcli.autograd import Context, Function, Tensor


class Watched(Function):
    """a + b, recording its calls."""

    @staticmethod
    def forward(ctx: Context, a: np.ndarray, b: np.ndarray | None, *, scale: float) -> np.ndarray:
        ctx.scale = scale
        assert type(a) is np.ndarray
        return a * scale if b is None else (a + b) * scale

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        return tuple(grad * ctx.scale if needed else None for needed in ctx.needs_grad)


def test_only_inputs_that_need_a_gradient_are_marked() -> None:
    a = Tensor(np.ones(2), requires_grad=True)
    result = Watched.apply(a, np.ones(2), scale=2.0)
    assert result.creator is not None
    assert result.creator.needs_grad == (True, False)
    result.backward(np.ones(2))
    np.testing.assert_array_equal(a.grad, [2.0, 2.0])


def test_an_optional_input_may_be_none() -> None:
    a = Tensor(np.ones(2), requires_grad=True)
    result = Watched.apply(a, None, scale=3.0)
    np.testing.assert_array_equal(result.data, [3.0, 3.0])
    result.backward(np.ones(2))
    np.testing.assert_array_equal(a.grad, [3.0, 3.0])


def test_nothing_is_recorded_when_no_input_needs_it() -> None:
    result = Watched.apply(Tensor(np.ones(2)), np.ones(2), scale=1.0)
    assert result.creator is None
    assert not result.requires_grad


def test_a_reduction_to_a_numpy_scalar_becomes_an_array() -> None:
    class Total(Function):
        """Sum."""

        @staticmethod
        def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
            return x.sum()

    assert isinstance(Total.apply(np.ones(3)).data, np.ndarray)
