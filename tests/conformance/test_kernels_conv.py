"""Convolution, pooling and batch norm: every native kernel against its reference implementation in double precision.

Tolerances are relative to the largest magnitude of the result. They hold for the direct convolution, for Winograd with
3×3 filters, and for the one with few filters.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import kernels
from dlcli.kernels import native, reference

pytestmark = pytest.mark.skipif(native.module is None, reason="the native kernels are not built, or switched off")

CONVOLUTION = 3e-6
NORMALIZATION = 3e-5
POOLING = 1e-6
EXAMPLES = 10 if os.environ.get("DLCLI_NATIVE_ISA") else 60
NO_PADDING = ((0, 0), (0, 0))
#: both sides of the sizes of half a vector, a vector and a tile
CHANNELS = st.sampled_from([1, 2, 3, 5, 6, 8, 15, 16, 17, 31, 32, 33, 48, 64, 80])
LAYOUTS = st.sampled_from([np.ascontiguousarray, np.asfortranarray, lambda x: np.repeat(x, 2, axis=-1)[..., ::2]])
TWINS = {
    name: getattr(module, name)
    for module, names in {
        reference.convolution: ("conv2d", "conv2d_grad_bias", "conv2d_grad_input", "conv2d_grad_weight"),
        reference.pooling: (
            *("average_pool2d", "average_pool2d_backward", "global_average_pool2d"),
            *("global_average_pool2d_backward", "max_pool2d", "max_pool2d_backward"),
        ),
        reference.normalization: ("batch_norm", "batch_norm_backward", "fixed_batch_norm"),
    }.items()
    for name in names
}


class Geometry(NamedTuple):
    """Geometry of a convolution; `options` are stride, padding, dilation and groups."""

    images: tuple[int, int, int, int]
    filters: tuple[int, int, int, int]
    options: tuple[Any, ...]


def pair(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def convolutions(draw: st.DrawFn) -> Geometry:
    groups = draw(st.sampled_from([1, 1, 1, 2, 3]))
    channels, count = draw(CHANNELS), draw(CHANNELS)
    images = (draw(st.integers(0, 3)), *draw(pair(1, 12)), channels * groups)
    padding = (draw(pair(0, 3)), draw(pair(0, 3)))
    if draw(st.booleans()):  # 3×3 with stride 1 has a separate implementation
        return Geometry(images, (3, 3, channels, count * groups), ((1, 1), padding, (1, 1), groups))
    options = (draw(pair(1, 3)), padding, draw(pair(1, 3)), groups)
    return Geometry(images, (*draw(pair(1, 5)), channels, count * groups), options)


@st.composite
def narrow_convolutions(draw: st.DrawFn) -> Geometry:
    """Draw geometries with few channels and filters, on both sides of where rows fill vectors of pixels."""
    channels, count = draw(pair(1, 9))
    images = (draw(st.integers(0, 3)), draw(st.integers(1, 12)), draw(st.integers(12, 40)), channels)
    window, padding = draw(st.one_of(st.just((5, 5)), pair(1, 6))), (draw(pair(0, 3)), draw(pair(0, 3)))
    return Geometry(images, (*window, channels, count), ((draw(st.integers(1, 3)), 1), padding, draw(pair(1, 2)), 1))


@st.composite
def depthwise_convolutions(draw: st.DrawFn) -> Geometry:
    channels = draw(CHANNELS)
    images = (draw(st.integers(0, 3)), *draw(pair(1, 20)), channels)
    window = draw(st.one_of(st.just((3, 3)), pair(1, 7)))
    stride, dilation = draw(st.one_of(st.just(((1, 1), (1, 1))), st.tuples(pair(1, 3), pair(1, 3))))
    return Geometry(images, (*window, 1, channels), (stride, (draw(pair(0, 3)), draw(pair(0, 3))), dilation, channels))


@st.composite
def poolings(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """Draw a shape of images, and window, stride and padding; half are 2×2 with stride 2, a separate implementation."""
    if draw(st.booleans()):
        return (draw(st.integers(0, 3)), *draw(pair(2, 9)), draw(CHANNELS)), ((2, 2), (2, 2), NO_PADDING)
    window = draw(pair(1, 4))
    padding = tuple(draw(pair(0, size - 1)) for size in window)
    return (draw(st.integers(0, 3)), *draw(pair(1, 9)), draw(CHANNELS)), (window, draw(pair(1, 4)), padding)


def normal(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def pairs(actual: Any, expected: Any) -> Iterable[tuple[Any, Any]]:
    """Return the arrays of two results pairwise."""
    return zip(*(each if isinstance(each, tuple) else (each,) for each in (actual, expected)), strict=True)


def assert_conforms(
    name: str, *arguments: Any, tolerance: float, layout: Callable[[np.ndarray], np.ndarray] = np.ascontiguousarray
) -> Any:
    """Check the native result against the reference's and return it."""
    laid_out = [layout(value) if isinstance(value, np.ndarray) else value for value in arguments]
    copies = [value.copy() if isinstance(value, np.ndarray) else value for value in laid_out]
    doubled = [
        value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
        for value in arguments
    ]
    actual, expected = getattr(kernels, name)(*laid_out), TWINS[name](*doubled)
    for result, target in zip(
        *(each if isinstance(each, tuple) else (each,) for each in (actual, expected)), strict=True
    ):
        if target is None:
            assert result is None
            continue
        assert result.shape == target.shape
        assert result.dtype == (np.float32 if target.dtype.kind == "f" else target.dtype)
        if target.size:
            allowed = tolerance * max(1.0, float(np.abs(target).max()))
            np.testing.assert_allclose(result, target, rtol=0, atol=allowed)
    for value, copy in zip(laid_out, copies, strict=True):
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, copy, "an input was changed")
    return actual


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    geometry=st.one_of(convolutions(), narrow_convolutions(), depthwise_convolutions()),
    seed=st.integers(0, 2**32),
    layout=LAYOUTS,
    relu=st.booleans(),
    biased=st.booleans(),
)
def test_convolution(geometry: Geometry, seed: int, layout: Any, relu: bool, biased: bool) -> None:
    x, weight = normal(geometry.images, seed), normal(geometry.filters, seed + 1)
    bias = normal(geometry.filters[3:], seed + 2) if biased else None
    options = {"tolerance": CONVOLUTION, "layout": layout}
    y = assert_conforms("conv2d", x, weight, bias, *geometry.options, relu, **options)
    grad = normal(y.shape, seed + 3)
    assert_conforms("conv2d_grad_input", grad, weight, x.shape[1:3], *geometry.options, **options)
    assert_conforms("conv2d_grad_weight", x, grad, weight.shape[:2], *geometry.options, **options)
    assert_conforms("conv2d_grad_bias", grad, **options)


@pytest.mark.parametrize(
    ("images", "filters", "options"),
    [
        ((3, 20, 21, 64), (3, 3, 64, 96), ((1, 1), ((1, 1), (1, 1)), (1, 1), 1)),
        ((2, 9, 9, 400), (3, 3, 400, 32), ((1, 1), ((1, 1), (1, 1)), (1, 1), 1)),
        ((2, 9, 9, 500), (2, 2, 500, 17), ((2, 1), NO_PADDING, (1, 2), 1)),
        ((4, 28, 28, 1), (5, 5, 1, 6), ((1, 1), ((2, 2), (2, 2)), (1, 1), 1)),
        ((40, 28, 28, 1), (5, 5, 1, 6), ((1, 1), ((2, 2), (2, 2)), (1, 1), 1)),
        ((4, 28, 27, 3), (7, 7, 3, 40), ((2, 2), ((3, 2), (2, 3)), (1, 1), 1)),
        ((2, 17, 15, 24), (3, 3, 1, 24), ((1, 1), ((1, 1), (1, 1)), (1, 1), 24)),
        ((2, 17, 15, 40), (1, 1, 40, 70), ((2, 2), NO_PADDING, (1, 1), 1)),
        ((2, 17, 15, 40), (1, 1, 40, 70), ((1, 1), NO_PADDING, (1, 1), 1)),
        ((2, 17, 15, 40), (1, 1, 20, 66), ((1, 1), NO_PADDING, (1, 1), 2)),
        ((2, 7, 9, 40), (1, 1, 40, 70), ((1, 1), ((1, 0), (0, 2)), (1, 1), 1)),
        ((1, 40, 1, 5), (7, 1, 5, 3), ((1, 1), ((30, 3), (0, 2)), (5, 1), 1)),
    ],
)
def test_large_convolutions(images: Any, filters: Any, options: Any) -> None:
    x, weight = normal(images, 0), normal(filters, 1)
    y = assert_conforms("conv2d", x, weight, normal(filters[3:], 2), *options, tolerance=CONVOLUTION)
    grad = normal(y.shape, 3)
    assert_conforms("conv2d_grad_input", grad, weight, images[1:3], *options, tolerance=CONVOLUTION)
    assert_conforms("conv2d_grad_weight", x, grad, filters[:2], *options, tolerance=CONVOLUTION)


@settings(max_examples=EXAMPLES, deadline=None)
@given(pooling=poolings(), seed=st.integers(0, 2**32), layout=LAYOUTS)
def test_pooling(pooling: tuple[Any, Any], seed: int, layout: Any) -> None:
    shape, geometry = pooling
    x, options = normal(shape, seed), {"tolerance": POOLING, "layout": layout}
    y, argmax = assert_conforms("max_pool2d", x, *geometry, **options)
    grad = normal(y.shape, seed + 1)
    assert_conforms("max_pool2d_backward", grad, argmax, shape[1:3], *geometry, **options)
    assert_conforms("average_pool2d", x, *geometry, **options)
    assert_conforms("average_pool2d_backward", grad, shape[1:3], *geometry, **options)


@settings(max_examples=EXAMPLES, deadline=None)
@given(shape=st.tuples(st.integers(0, 4), st.integers(1, 9), st.integers(1, 9), CHANNELS), layout=LAYOUTS)
def test_global_pooling(shape: tuple[int, ...], layout: Any) -> None:
    options = {"tolerance": POOLING, "layout": layout}
    y = assert_conforms("global_average_pool2d", normal(shape, 0), **options)
    assert_conforms("global_average_pool2d_backward", normal(y.shape, 1), shape[1:3], **options)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    rows=st.sampled_from([1, 2, 7, 63, 64, 65, 300, 3000]),
    channels=CHANNELS,
    seed=st.integers(0, 2**32),
    layout=LAYOUTS,
    relu=st.booleans(),
    with_residual=st.booleans(),
)
def test_batch_norm(rows: int, channels: int, seed: int, layout: Any, relu: bool, with_residual: bool) -> None:
    x = 3 * normal((rows, channels), seed) + 5
    gamma, beta = normal((channels,), seed + 1), normal((channels,), seed + 2)
    residual = normal(x.shape, seed + 3) if with_residual else None
    options = {"tolerance": NORMALIZATION, "layout": layout}
    # one row, or two similar ones, is normalized by little more than epsilon
    y, mean, _, inverse_std = assert_conforms("batch_norm", x, gamma, beta, 0.1, residual, relu, **options)
    variance = np.abs(normal((channels,), seed + 5)) + np.float32(0.1)
    fixed = (x, gamma, beta, normal((channels,), seed + 6), variance, 1, residual, relu)
    assert_conforms("fixed_batch_norm", *fixed, **options)
    grad = normal(x.shape, seed + 4)
    assert_conforms(
        "batch_norm_backward", grad, x, gamma, mean, inverse_std, y if relu else None, with_residual, **options
    )


def test_batch_norm_of_a_channel_far_from_zero() -> None:
    x = normal((5000, 20), 0) + 1000
    _, mean, variance, _ = kernels.batch_norm(x, np.ones(20, np.float32), np.zeros(20, np.float32), 1e-5)
    np.testing.assert_allclose(mean, x.astype(np.float64).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(variance, x.astype(np.float64).var(axis=0), rtol=1e-4)  # 1000 / 2²⁴ is 6e-5


def calls() -> dict[str, tuple[Any, ...]]:
    """Return arguments of one call of each kernel, as its Function passes them."""
    x, weight, grad = normal((9, 21, 20, 32), 0), normal((3, 3, 32, 48), 1), normal((9, 21, 20, 48), 2)
    geometry = ((1, 1), ((1, 1), (1, 1)), (1, 1), 1)
    window = ((2, 2), (2, 2), NO_PADDING)
    pooled, argmax = TWINS["max_pool2d"](x, *window)
    rows, channels = x.reshape(-1, 32), normal((32,), 3)
    return {
        "conv2d": (x, weight, None, *geometry, True),
        "conv2d_grad_bias": (grad,),
        "conv2d_grad_input": (grad, weight, (21, 20), *geometry),
        "conv2d_grad_weight": (x, grad, (3, 3), *geometry),
        "average_pool2d": (x, *window),
        "average_pool2d_backward": (pooled, (21, 20), *window),
        "global_average_pool2d": (x,),
        "global_average_pool2d_backward": (x[:, 0, 0], (21, 20)),
        "max_pool2d": (x, *window),
        "max_pool2d_backward": (pooled, argmax, (21, 20), *window),
        "batch_norm": (rows, channels, channels, np.float64(1e-5), rows, True),
        "fixed_batch_norm": (rows, channels, channels, channels, np.abs(channels), 1, rows, True),
        "batch_norm_backward": (rows, rows, channels, channels, channels, rows, True),
    }


@pytest.mark.parametrize("name", sorted(TWINS))
def test_float32_stays_in_native_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = calls()[name]
    for module in (reference.convolution, reference.pooling, reference.normalization):
        monkeypatch.setattr(module, "np", None)  # the reference would fail
    getattr(kernels, name)(*arguments)


@pytest.mark.parametrize("name", sorted(TWINS))
def test_is_deterministic(name: str) -> None:
    first, *others = (getattr(kernels, name)(*calls()[name]) for _ in range(4))
    for other in others:
        for one, again in zip(*(each if isinstance(each, tuple) else (each,) for each in (first, other)), strict=True):
            np.testing.assert_array_equal(one, again)


@pytest.mark.parametrize("name", sorted(TWINS))
def test_double_precision_is_the_reference(name: str) -> None:
    doubled = [
        value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
        for value in calls()[name]
    ]
    actual, expected = getattr(kernels, name)(*doubled), TWINS[name](*doubled)
    for result, target in zip(
        *(each if isinstance(each, tuple) else (each,) for each in (actual, expected)), strict=True
    ):
        assert result.dtype == target.dtype
        np.testing.assert_array_equal(result, target)


@pytest.mark.parametrize(
    "name", ["conv2d", "max_pool2d", "average_pool2d", "global_average_pool2d", "batch_norm", "fixed_batch_norm"]
)
def test_nan_is_propagated(name: str) -> None:
    """The native kernel has NaN where the reference has; a convolution may have more around it."""
    arguments = calls()[name]
    arguments[0].reshape(-1, 32)[333, 7] = np.nan
    with np.errstate(all="ignore"):
        actual, expected = getattr(kernels, name)(*arguments), TWINS[name](*arguments)
    for result, target in zip(
        *(each if isinstance(each, tuple) else (each,) for each in (actual, expected)), strict=True
    ):
        assert np.isnan(result[np.isnan(target)]).all()
        assert np.isnan(result).sum() <= 3 * np.isnan(target).sum()


def test_weight_gradient_is_written_to_out() -> None:
    x, grad, *geometry = calls()["conv2d_grad_weight"]
    weight, bias = np.empty((3, 3, 32, 48), np.float32), np.empty(48, np.float32)
    assert kernels.conv2d_grad_weight(x, grad, *geometry, out=weight) is weight
    assert kernels.conv2d_grad_bias(grad, out=bias) is bias
    np.testing.assert_array_equal(weight, kernels.conv2d_grad_weight(x, grad, *geometry))
    np.testing.assert_array_equal(bias, kernels.conv2d_grad_bias(grad))
