"""Arithmetic with broadcasting; `backward` returns gradients of the broadcast shape, which the engine sums."""

# ruff: noqa: ARG004 - a Function that saves nothing does not use its context

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw, draw_away_from_zero
from dlcli.core import register


@register("function", "add")
class Add(Function):
    """`a + b`."""

    @staticmethod
    def forward(ctx: Context, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return kernels.add(a, b)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return grad, grad

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3), draw(2, 3, seed=1)))
        yield Sample((draw(2, 3), draw(3, seed=1)))


@register("function", "subtract")
class Subtract(Function):
    """`a − b`."""

    @staticmethod
    def forward(ctx: Context, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        y: np.ndarray = a - b
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        return grad, -grad if ctx.needs_grad[1] else None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3), draw(2, 1, seed=1)))


@register("function", "multiply")
class Multiply(Function):
    """`a b`, elementwise; `∂L/∂a = g b`, `∂L/∂b = g a`."""

    @staticmethod
    def forward(ctx: Context, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        ctx.save(a, b)
        return kernels.multiply(a, b)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        a, b = ctx.saved
        needs_a, needs_b = ctx.needs_grad
        return kernels.multiply(grad, b) if needs_a else None, kernels.multiply(grad, a) if needs_b else None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3), draw(2, 3, seed=1)))
        yield Sample((draw(4, 1, 3), draw(2, 1, seed=1)))


@register("function", "divide")
class Divide(Function):
    """`a / b`; `∂L/∂a = g / b`, `∂L/∂b = −g a / b²`."""

    @staticmethod
    def forward(ctx: Context, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        y: np.ndarray = a / b
        ctx.save(b, y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        b, y = ctx.saved
        grad_a = grad / b
        return grad_a, -grad_a * y if ctx.needs_grad[1] else None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3), 2 + np.abs(draw(3, seed=1))))


@register("function", "negative")
class Negative(Function):
    """`−x`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        return -x

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        return -grad

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),))


@register("function", "power")
class Power(Function):
    """`x^p` for a constant p; `∂L/∂x = g p x^(p−1)`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, exponent: float) -> np.ndarray:
        ctx.save(x)
        ctx.exponent = exponent
        y: np.ndarray = x**exponent
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        slope: np.ndarray = ctx.exponent * x ** (ctx.exponent - 1)
        grad_x: np.ndarray = grad * slope
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),), {"exponent": 2})
        yield Sample((0.5 + np.abs(draw(2, 3)),), {"exponent": -0.5})


@register("function", "exp")
class Exp(Function):
    """`exp(x)`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y: np.ndarray = np.exp(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        grad_x: np.ndarray = grad * y
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),))


@register("function", "log")
class Log(Function):
    """Natural logarithm of positive values; `∂L/∂x = g / x`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        y: np.ndarray = np.log(x)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        grad_x: np.ndarray = grad / x
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((0.5 + np.abs(draw(2, 3)),))


@register("function", "absolute")
class Absolute(Function):
    """`|x|`; the derivative at 0 is defined as 0."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        y: np.ndarray = np.abs(x)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        grad_x: np.ndarray = grad * np.sign(x)
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw_away_from_zero(2, 3),))


@register("function", "maximum")
class Maximum(Function):
    """`max(a, b)`; the gradient goes to the larger value, and half to each if they are equal."""

    @staticmethod
    def forward(ctx: Context, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        ctx.save(a, b)
        y: np.ndarray = np.maximum(a, b)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        a, b = ctx.saved
        grad_a: np.ndarray = np.where(a == b, 0.5 * grad, grad * (a > b))
        return grad_a, grad - grad_a

    @staticmethod
    def samples() -> Iterable[Sample]:
        a = draw(3, 4)
        yield Sample((a, a + draw_away_from_zero(3, 4, seed=1)))


def add(a: Tensor, b: Tensor | np.ndarray) -> Tensor:
    """Return `a + b`."""
    return Add.apply(a, b)


def subtract(a: Tensor, b: Tensor | np.ndarray) -> Tensor:
    """Return `a − b`."""
    return Subtract.apply(a, b)


def multiply(a: Tensor, b: Tensor | np.ndarray) -> Tensor:
    """Return `a b`, elementwise."""
    return Multiply.apply(a, b)


def divide(a: Tensor, b: Tensor | np.ndarray) -> Tensor:
    """Return `a / b`."""
    return Divide.apply(a, b)


def negative(x: Tensor) -> Tensor:
    """Return `−x`."""
    return Negative.apply(x)


def power(x: Tensor, exponent: float) -> Tensor:
    """Return `x^exponent`."""
    return Power.apply(x, exponent=exponent)


def exp(x: Tensor) -> Tensor:
    """Return `exp(x)`."""
    return Exp.apply(x)


def log(x: Tensor) -> Tensor:
    """Return the natural logarithm of x."""
    return Log.apply(x)


def absolute(x: Tensor) -> Tensor:
    """Return `|x|`."""
    return Absolute.apply(x)


def maximum(a: Tensor, b: Tensor | np.ndarray) -> Tensor:
    """Return the elementwise maximum of a and b."""
    return Maximum.apply(a, b)
