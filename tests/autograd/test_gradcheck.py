"""Gradient checking: correct gradients pass, wrong ones fail with a name, kinks are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import TOLERANCE, Context, Function, Sample, Tensor, check_function, check_parameters
from dlcli.core import registry


class WrongSquare(Function):
    """x² with the derivative of one element 0.01 % too large."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return x * x

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        grad_x: np.ndarray = 2 * x * grad
        grad_x[1, 0] *= 1.0001
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((np.array([[1.0, -2.0], [0.5, 3.0]]),))


class Unchecked(Function):
    """Function without samples."""


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register both Functions above for one test."""
    functions = dict(registry._components["function"], wrong_square=WrongSquare, unchecked=Unchecked)
    monkeypatch.setitem(registry._components, "function", functions)
    yield


@pytest.mark.usefixtures("registered")
def test_a_wrong_backward_fails_with_its_name() -> None:
    (check,) = check_function("wrong_square")
    assert check.parameter == "wrong_square[0].x"
    assert not check.passed()
    assert check.index == (1, 0)
    assert check.analytic == pytest.approx(check.numeric * 1.0001, rel=1e-7)
    assert check.relative_error == pytest.approx(5e-5, rel=1e-2)
    assert check.kinks == 0


@pytest.mark.usefixtures("registered")
def test_a_function_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="'unchecked'"):
        check_function("unchecked")


def test_every_element_of_every_parameter_is_compared() -> None:
    x = Tensor(np.random.default_rng(0).standard_normal((3, 2)), requires_grad=True)
    y = Tensor(np.random.default_rng(1).standard_normal(2), requires_grad=True)
    checks = check_parameters(lambda: ops.tanh(x * y).sum(), {"x": x, "y": y})
    assert [(check.parameter, check.checked, check.size) for check in checks] == [("x", 6, 6), ("y", 2, 2)]
    assert all(check.passed() and check.norm_relative_error < TOLERANCE for check in checks)


def test_max_per_parameter_limits_the_elements() -> None:
    x = Tensor(np.ones(50), requires_grad=True)
    (check,) = check_parameters(
        lambda: (x * x).sum(), {"x": x}, max_per_parameter=7, generator=np.random.default_rng(0)
    )
    assert (check.checked, check.size) == (7, 50)
    with pytest.raises(ValueError, match="needs a generator"):
        check_parameters(lambda: (x * x).sum(), {"x": x}, max_per_parameter=7)


def test_values_and_gradients_are_restored() -> None:
    x = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    x.grad = np.array([7.0, 7.0])
    check_parameters(lambda: (x * x).sum(), {"x": x})
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    np.testing.assert_array_equal(x.grad, [7.0, 7.0])


def test_a_kink_is_counted_and_does_not_fail() -> None:
    x = Tensor(np.array([-1.0, 0.0, 2.0]), requires_grad=True)
    (check,) = check_parameters(lambda: ops.relu(x).sum(), {"x": x})
    assert check.passed()
    assert (check.checked, check.kinks, check.size) == (2, 1, 3)


def test_a_kink_within_the_step_is_avoided_by_a_smaller_step() -> None:
    """At a distance of 4e-6 the first difference crosses the kink, but a smaller step does not: nothing is skipped."""
    x = Tensor(np.array([4e-6, -4e-6]), requires_grad=True)
    (check,) = check_parameters(lambda: ops.relu(x).sum(), {"x": x})
    assert check.passed()
    assert (check.checked, check.kinks) == (2, 0)


@pytest.mark.parametrize(
    ("expression", "factor"),
    [
        (lambda x: (x * x).sum(), 2.0),
        (lambda x: x.sum(), 1.001),
        (lambda x: ops.relu(x).sum(), 0.5),
        (lambda x: (x * 1e-6).sum(), 2.0),
        (lambda x: ops.exp(x * 10.0).sum(), 1.00001),
    ],
    ids=["quadratic", "linear", "relu", "tiny", "steep"],
)
def test_a_wrong_factor_is_not_mistaken_for_a_kink(expression: Callable[[Tensor], Tensor], factor: float) -> None:
    class Scaled(Function):
        """Identity with a wrong derivative."""

        @staticmethod
        def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
            return x + 0.0

        @staticmethod
        def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
            return grad * factor

    x = Tensor(np.array([0.7, 1.3]), requires_grad=True)
    (check,) = check_parameters(lambda: expression(Scaled.apply(x)), {"x": x})
    assert not check.passed()
    assert check.kinks == 0


def test_an_unused_parameter_has_gradient_zero() -> None:
    x, unused = (Tensor(np.ones(2), requires_grad=True) for _ in range(2))
    checks = check_parameters(lambda: (x * x).sum(), {"x": x, "unused": unused})
    assert checks[1].passed()
    assert checks[1].analytic == 0


def test_a_non_finite_gradient_fails() -> None:
    x = Tensor(np.array([0.0]), requires_grad=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        (check,) = check_parameters(lambda: ops.power(x, 0.5).sum(), {"x": x})
    assert check.relative_error == np.inf


def test_float32_and_random_losses_are_refused() -> None:
    single = Tensor(np.ones(2, np.float32), requires_grad=True)
    with pytest.raises(ValueError, match="float32 in single"):
        check_parameters(lambda: single.sum(), {"single": single})
    x = Tensor(np.ones(2), requires_grad=True)
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match="deterministic"):
        check_parameters(lambda: ops.dropout(x, 0.5, generator).sum() * generator.random(), {"x": x})
