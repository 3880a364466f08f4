"""Every native kernel against its reference implementation: random shapes, edge cases, strides, float64, determinism.

The reference runs in double precision on the same values. `tolerance` is the largest error allowed, relative to the
largest magnitude of the result (times √n for sums over n terms), in units of float32's rounding error, 6e-8.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import kernels
from dlcli.kernels import native, reference

pytestmark = pytest.mark.skipif(native.module is None, reason="the native kernels are not built, or switched off")

ROUNDING = 2.0**-24
#: 0, 1, odd sizes, and both sides of the sizes of a vector, a tile and a block
SIZES = st.sampled_from([0, 1, 2, 3, 5, 7, 8, 11, 12, 13, 15, 16, 17, 24, 31, 32, 33, 47, 63, 64, 65, 97, 130, 400])
LENGTHS = st.sampled_from([0, 1, 2, 15, 16, 17, 63, 64, 65, 100, 1000, 4095, 4097, 20_001, 70_003])
STRIDES = st.sampled_from(["contiguous", "transposed", "every second", "reversed", "shifted"])
#: fewer in the processes that test the other instruction sets (tests/kernels/native/test_native.py)
EXAMPLES = 10 if os.environ.get("DLCLI_NATIVE_ISA") else 40
RATES = {"learning_rate": 0.01}


@dataclass(frozen=True)
class Case:
    """Test case of a kernel.

    Args:
        twin: Reference implementation.
        make: Function (n, m, k, generator) -> arguments.
        tolerance: Tolerance in rounding errors of the largest magnitude.
        options: Keyword arguments.
        terms: Index of the size over which results are summed, for sums.
    """

    twin: Callable[..., Any]
    make: Callable[[int, int, int, np.random.Generator], tuple[Any, ...]]
    tolerance: float
    options: dict[str, Any]
    terms: int | None = None


def normal(generator: np.random.Generator, *shape: int) -> np.ndarray:
    return (3 * generator.standard_normal(shape)).astype(np.float32)


def unary(twin: Callable[..., Any], tolerance: float, *numbers: float) -> Case:
    return Case(twin, lambda n, m, k, g: (normal(g, n, m), *numbers), tolerance, {})


def binary(twin: Callable[..., Any], tolerance: float, *numbers: float) -> Case:
    return Case(twin, lambda n, m, k, g: (normal(g, n, m), normal(g, n, m), *numbers), tolerance, {})


def labeled(twin: Callable[..., Any], tolerance: float, *more: Callable[..., Any]) -> Case:
    """Return a case with inputs (N, K) and labels; K is never 0, since no label would be valid."""

    def make(n: int, m: int, k: int, g: np.random.Generator) -> tuple[Any, ...]:
        return normal(g, n, m + 1), g.integers(0, m + 1, n), *[build(g, n) for build in more]

    return Case(twin, make, tolerance, {})


def update(twin: Callable[..., Any], memories: int, tolerance: float = 16, **options: Any) -> Case:
    """Return a case of an optimizer: parameters, gradients, and positive memory, the first one above a variance."""

    def make(n: int, m: int, k: int, g: np.random.Generator) -> tuple[Any, ...]:
        return normal(g, n), normal(g, n), *[np.abs(normal(g, n)) + np.float32(100 * (i == 0)) for i in range(memories)]

    return Case(twin, make, tolerance, options)


def elementwise(twin: Callable[..., Any]) -> Case:
    return Case(twin, lambda n, m, k, g: (normal(g, n, m), normal(g, n, m)), 1, {})


def in_place(twin: Callable[..., Any], **options: Any) -> Case:
    return Case(twin, lambda n, m, k, g: (normal(g, n),), 4, options)


a, n, o, s = reference.activations, reference.norms, reference.optimizers, reference.softmax
linear, losses = reference.linear, reference.losses
CASES = {
    "add": elementwise(reference.arithmetic.add),
    "adagrad_update": update(o.adagrad_update, 1, **RATES, epsilon=1e-10),
    "adam_update": update(o.adam_update, 2, **RATES, beta1=0.9, beta2=0.999, epsilon=1e-8, step=3),
    "add_penalty_gradient": update(o.add_penalty_gradient, 0, l1=0.1, l2=0.2),
    "binary_cross_entropy": binary(losses.binary_cross_entropy, 16, 2.3),
    "binary_cross_entropy_backward": binary(losses.binary_cross_entropy_backward, 16, 2.3),
    "centered_rmsprop_update": update(o.centered_rmsprop_update, 2, **RATES, beta=0.9, epsilon=1e-3, tolerance=64),
    "clip_update": in_place(o.clip_update, limit=1.7),
    "discounted_sum_update": update(o.discounted_sum_update, 0, decay=0.9),
    "elu": unary(a.elu, 8, 0.7),
    "elu_backward": binary(a.elu_backward, 8, 0.7),
    "gelu": unary(a.gelu, 16),
    "gelu_backward": binary(a.gelu_backward, 16),
    "gelu_tanh": unary(a.gelu_tanh, 16),
    "gelu_tanh_backward": binary(a.gelu_tanh_backward, 64),
    "huber": unary(losses.huber, 8, 1.3),
    "huber_backward": unary(losses.huber_backward, 1, 1.3),
    "is_finite": Case(n.is_finite, lambda n, m, k, g: (normal(g, n * m),), 0, {}),
    "l2_norm": Case(n.l2_norm, lambda n, m, k, g: (normal(g, n * m),), 16, {}),
    "leaky_relu": unary(a.leaky_relu, 2, 0.01),
    "leaky_relu_backward": binary(a.leaky_relu_backward, 2, 0.01),
    "linear": Case(linear.linear, lambda n, m, k, g: (normal(g, n, k), normal(g, k, m), normal(g, m)), 16, {}, terms=2),
    "linear_grad_bias": Case(linear.linear_grad_bias, lambda n, m, k, g: (normal(g, n, m),), 16, {}, terms=0),
    "linear_grad_input": Case(
        linear.linear_grad_input, lambda n, m, k, g: (normal(g, n, k), normal(g, m, k)), 16, {}, terms=2
    ),
    "linear_grad_weight": Case(
        linear.linear_grad_weight, lambda n, m, k, g: (normal(g, k, n), normal(g, k, m)), 16, {}, terms=2
    ),
    "log_softmax": unary(s.log_softmax, 16),
    # p · Σg cancels against g: up to 80 roundings of the largest result were seen in random cases
    "log_softmax_backward": binary(s.log_softmax_backward, 128),
    "momentum_update": update(o.momentum_update, 1, **RATES, momentum=0.9, nesterov=True),
    "multiply": elementwise(reference.arithmetic.multiply),
    "relu": unary(a.relu, 0),
    "relu_backward": binary(a.relu_backward, 0),
    "rmsprop_update": update(o.rmsprop_update, 1, **RATES, beta=0.9, epsilon=1e-8),
    "scale_update": in_place(o.scale_update, factor=0.3),
    "sgd_update": update(o.sgd_update, 0, **RATES),
    "sigmoid": unary(a.sigmoid, 8),
    "sigmoid_backward": binary(a.sigmoid_backward, 8),
    "silu": unary(a.silu, 8),
    "silu_backward": binary(a.silu_backward, 16),
    "softmax": unary(s.softmax, 16),
    "softmax_backward": binary(s.softmax_backward, 64),
    "softmax_cross_entropy": labeled(s.softmax_cross_entropy, 16),
    "softmax_cross_entropy_backward": labeled(s.softmax_cross_entropy_backward, 8, lambda g, n: normal(g, n)),
    "softplus": unary(a.softplus, 8),
    "softplus_backward": binary(a.softplus_backward, 16),
    "tanh": unary(a.tanh, 8),
    "tanh_backward": binary(a.tanh_backward, 8),
}
#: other files that test kernels and name them, or the forward of a backward
OTHER_FILES = ("conformance/test_*kernels*.py", "kernels/native/test_*.py")
NAMES = sorted(CASES)
UPDATES = {name for name in NAMES if name.endswith("_update") or name == "add_penalty_gradient"}
REDUCTIONS_OF_ROWS = {"softmax", "softmax_backward", "log_softmax", "log_softmax_backward"}


def arguments(name: str, sizes: tuple[int, int, int], seed: int) -> tuple[Any, ...]:
    return CASES[name].make(*sizes, np.random.default_rng(seed))


def strided(x: Any, how: str) -> Any:
    """Return the same values in another memory layout."""
    if not isinstance(x, np.ndarray) or how == "contiguous":
        return x
    if how == "transposed":
        return np.asfortranarray(x)
    if how == "reversed":
        return np.ascontiguousarray(x[::-1])[::-1]
    if how == "shifted":  # to an address that is not a multiple of the vector size
        memory = np.empty(x.size + 1, x.dtype)
        memory[1:] = x.ravel()
        return memory[1:].reshape(x.shape)
    memory = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    memory[..., ::2] = x
    return memory[..., ::2]


def results(name: str, function: Callable[..., Any], inputs: tuple[Any, ...]) -> list[np.ndarray]:
    """Return the results of a kernel, or the arrays that an update changed."""
    returned = function(*inputs, **CASES[name].options)
    if name in UPDATES:
        return [argument for argument in inputs if isinstance(argument, np.ndarray)]
    return [np.asarray(array) for array in (returned if isinstance(returned, tuple) else (returned,))]


def doubled(inputs: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(
        argument.astype(np.float64) if isinstance(argument, np.ndarray) and argument.dtype.kind == "f" else argument
        for argument in inputs
    )


def assert_conforms(name: str, sizes: tuple[int, int, int], seed: int, strides: str) -> None:
    case = CASES[name]
    inputs = arguments(name, sizes, seed)
    expected = results(name, case.twin, doubled(inputs))
    inputs = tuple(strided(argument, strides) for argument in inputs)
    before = [np.array(argument) for argument in inputs]
    actual = results(name, getattr(kernels, name), inputs)
    terms = max(1, sizes[case.terms]) if case.terms is not None else 1
    for result, target in zip(actual, expected, strict=True):
        assert result.shape == target.shape
        if result.dtype.kind == "f" and result.ndim:
            assert result.dtype == np.float32
        if target.size:
            allowed = case.tolerance * ROUNDING * math.sqrt(terms) * max(1.0, float(np.abs(target).max()))
            np.testing.assert_allclose(result, target, rtol=0, atol=allowed)
    if name not in UPDATES:
        for argument, copy in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(argument, copy, "an input was changed")


def test_every_kernel_is_tested() -> None:
    tests = Path(__file__).parents[1]
    others = "".join(file.read_text() for pattern in OTHER_FILES for file in tests.glob(pattern))
    named = set(re.findall(r"\w+", others))
    functions = {name for name in kernels.__all__ if name.islower()}
    remaining = functions - {"backend", "check_labels", "fastest", "usable_cores", *CASES}
    assert not {name for name in remaining if not {name, name.removesuffix("_backward")} & named}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", [int, float, np.float32])
def test_is_native(name: str, kind: type) -> None:
    """The reference, a fallback for unsupported arguments, is not called for float32 arrays and plain numbers."""
    twin = CASES[name].twin.__code__
    called = []
    inputs = tuple(kind(x) if isinstance(x, float) else x for x in arguments(name, (5, 7, 3), 0))
    sys.setprofile(lambda frame, event, _: called.append(event) if frame.f_code is twin else None)
    try:
        results(name, getattr(kernels, name), inputs)
    finally:
        sys.setprofile(None)
    assert not called


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=EXAMPLES, deadline=None)
@given(sizes=st.tuples(SIZES, SIZES, SIZES), seed=st.integers(0, 2**32), strides=STRIDES)
def test_agrees_with_the_reference(name: str, sizes: tuple[int, int, int], seed: int, strides: str) -> None:
    if name in REDUCTIONS_OF_ROWS and 0 in sizes[:2]:
        sizes = (sizes[0] + 1, sizes[1] + 1, sizes[2])  # NumPy refuses the maximum of an empty array
    assert_conforms(name, sizes, seed, strides)


@pytest.mark.parametrize("name", ["linear", "linear_grad_input", "linear_grad_weight"])
@pytest.mark.parametrize(
    "sizes",
    [
        *((1, 700, 400), (1, 10, 1024), (3, 130, 1024), (4, 64, 17), (16, 10, 300), (24, 47, 100), (30, 10, 1024)),
        *((65, 3, 70), (65, 12, 4096), (64, 50, 100), (100, 65, 64), (200, 33, 3), (200, 100, 6), (61, 129, 800)),
    ],
)
def test_every_implementation_of_the_product_agrees(name: str, sizes: tuple[int, int, int]) -> None:
    """Few rows, few columns, few terms, a few columns after whole vectors, blocks; each with cache conflicts."""
    assert_conforms(name, sizes, 0, "contiguous")


@pytest.mark.parametrize("name", sorted(UPDATES))
@settings(max_examples=EXAMPLES, deadline=None)
@given(length=LENGTHS, seed=st.integers(0, 2**32))
def test_updates_agree_at_any_length(name: str, length: int, seed: int) -> None:
    assert_conforms(name, (length, 0, 0), seed, "contiguous")


@pytest.mark.parametrize("name", NAMES)
def test_is_deterministic(name: str) -> None:
    first, second = (results(name, getattr(kernels, name), arguments(name, (97, 130, 400), 0)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", NAMES)
def test_double_precision_is_the_reference(name: str) -> None:
    expected, actual = (
        results(name, function, doubled(arguments(name, (5, 7, 3), 0)))
        for function in (CASES[name].twin, getattr(kernels, name))
    )
    for result, target in zip(actual, expected, strict=True):
        assert result.dtype == target.dtype
        np.testing.assert_array_equal(result, target)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UPDATES | {"is_finite", "l2_norm"}])
def test_nan_is_propagated(name: str) -> None:
    """The native kernel has NaN where the reference has: training must detect that it diverged."""
    inputs = arguments(name, (17, 33, 5), 0)
    inputs[0][3, 4] = np.nan
    with np.errstate(all="ignore"):
        expected = results(name, CASES[name].twin, inputs)
        actual = results(name, getattr(kernels, name), inputs)
    for result, target in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(np.isnan(result), np.isnan(target))


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in UPDATES and len(arguments(name, (2, 3, 4), 0)) == 1]
)
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e30, -1e30, 88.0, -88.0, 104.0, -104.0, 1e-40, -0.0])
def test_extremes(name: str, value: float) -> None:
    if name.startswith("linear") or name == "l2_norm":
        pytest.skip("sums of extremes depend on their order")
    inputs = arguments(name, (3, 20, 5), 0)
    inputs[0].ravel()[7] = value
    with np.errstate(all="ignore"):
        expected = results(name, CASES[name].twin, inputs)
        actual = results(name, getattr(kernels, name), inputs)
    for result, target in zip(actual, expected, strict=True):
        np.testing.assert_allclose(result, target, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("activation", list(linear.ACTIVATIONS))
@pytest.mark.parametrize("sizes", [(0, 3, 2), (1, 10, 784), (4, 64, 33), (13, 47, 400), (65, 130, 0), (64, 10, 128)])
@pytest.mark.parametrize("with_bias", [True, False])
def test_a_fused_activation_has_the_bits_of_separate_operations(
    activation: linear.Activation, sizes: tuple[int, int, int], with_bias: bool
) -> None:
    x, weight, bias = arguments("linear", sizes, 0)
    bias = bias if with_bias else None
    apart = getattr(kernels, activation)(kernels.linear(x, weight, bias))
    np.testing.assert_array_equal(kernels.linear(x, weight, bias, activation), apart)


def test_clipping_keeps_nan() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 0.5], np.float32)
    kernels.clip_update(values, limit=1)
    np.testing.assert_array_equal(values, [np.nan, 1, -1, 0.5])


def test_writes_into_out() -> None:
    generator = np.random.default_rng(0)
    x, grad = normal(generator, 9, 20), normal(generator, 9, 30)
    weight, bias = np.empty((20, 30), np.float32), np.empty(30, np.float32)
    assert kernels.linear_grad_weight(x, grad, out=weight) is weight
    assert kernels.linear_grad_bias(grad, out=bias) is bias
    np.testing.assert_array_equal(weight, kernels.linear_grad_weight(x, grad))
    np.testing.assert_array_equal(bias, kernels.linear_grad_bias(grad))


def test_error_of_a_wrong_shape_is_that_of_the_reference() -> None:
    x = np.zeros((2, 3), np.float32)
    with pytest.raises(ValueError, match="matmul"):
        kernels.linear(x, x, None)


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_out_of_range_is_refused(label: int) -> None:
    labels = np.array([0, label])
    for dtype in (np.float32, np.float64):
        with pytest.raises(IndexError):
            kernels.softmax_cross_entropy(np.zeros((2, 3), dtype), labels)
