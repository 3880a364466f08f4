"""Layer normalization: the native kernels against their reference implementations in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import kernels
from dlcli.kernels import layer_norm, layer_norm_backward, native

pytestmark = pytest.mark.skipif(native.module is None, reason="the native kernels are not built, or switched off")

#: tolerance relative to the largest magnitude of the result
TOLERANCE = 3e-5
SHAPES = st.tuples(
    st.lists(st.sampled_from([1, 2, 3, 7, 65]), max_size=2),
    st.sampled_from([1, 2, 3, 15, 16, 17, 31, 64, 65, 100, 300]),
).map(lambda parts: (*parts[0], parts[1]))
LAYOUTS = st.sampled_from([np.ascontiguousarray, np.asfortranarray, lambda x: np.repeat(x, 2, axis=-1)[..., ::2]])


def normal(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def assert_close(actual: tuple[np.ndarray, ...], expected: tuple[np.ndarray, ...]) -> None:
    for result, target in zip(actual, expected, strict=True):
        assert (result.shape, result.dtype) == (target.shape, np.float32)
        np.testing.assert_allclose(result, target, rtol=0, atol=TOLERANCE * max(1.0, float(np.abs(target).max())))


@settings(max_examples=60, deadline=None)
@given(shape=SHAPES, seed=st.integers(0, 2**32), layout=LAYOUTS, epsilon=st.sampled_from([0.1, 1, np.float32(0.5)]))
def test_agrees_with_the_reference(shape: tuple[int, ...], seed: int, layout: object, epsilon: float) -> None:
    assert callable(layout)
    arrays = [
        3 * normal(shape, seed) + 5,
        *(normal(shape[-1:], seed + more) for more in (1, 2)),
        normal(shape, seed + 3),
    ]
    x, gamma, beta, grad = (layout(array) for array in arrays)
    wide_x, wide_gamma, wide_beta, wide_grad = (array.astype(np.float64) for array in arrays)
    expected = layer_norm(wide_x, wide_gamma, wide_beta, epsilon)
    result = kernels.layer_norm(x, gamma, beta, epsilon)
    assert_close(result, expected)
    assert_close(
        kernels.layer_norm_backward(grad, x, gamma, *result[1:]),
        layer_norm_backward(wide_grad, wide_x, wide_gamma, *expected[1:]),
    )


def test_many_rows_on_several_threads_keep_their_precision() -> None:
    x, gamma, grad = normal((20_001, 33), 0) + 10, normal((33,), 1), normal((20_001, 33), 2) + 1
    doubled = [array.astype(np.float64) for array in (x, gamma, grad)]
    result = kernels.layer_norm(x, gamma, gamma, 1e-5)
    expected = layer_norm(doubled[0], doubled[1], doubled[1], 1e-5)
    assert_close(result, expected)
    backward = kernels.layer_norm_backward(grad, x, gamma, *result[1:])
    assert_close(backward, layer_norm_backward(doubled[2], doubled[0], doubled[1], *expected[1:]))
    for one, again in zip(backward, kernels.layer_norm_backward(grad, x, gamma, *result[1:]), strict=True):
        np.testing.assert_array_equal(one, again)


def test_float32_stays_in_native_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlcli.kernels.reference.layer_norm.np", None)  # the reference would fail
    x, gamma = normal((4, 5, 6), 0), normal((6,), 1)
    _, mean, inverse_std = kernels.layer_norm(x, gamma, gamma, 1)
    kernels.layer_norm_backward(x, x, gamma, mean, inverse_std)


def test_double_precision_is_the_reference() -> None:
    x, gamma = normal((4, 6), 0).astype(np.float64), normal((6,), 1).astype(np.float64)
    for result, target in zip(kernels.layer_norm(x, gamma, gamma, 0.1), layer_norm(x, gamma, gamma, 0.1), strict=True):
        np.testing.assert_array_equal(result, target)


def test_nan_affects_only_its_row() -> None:
    x, gamma = normal((4, 20), 0), normal((20,), 1)
    x[2, 3] = np.nan
    y, *_ = kernels.layer_norm(x, gamma, gamma, 0.1)
    assert np.isnan(y[2]).all()
    assert np.isfinite(y[[0, 1, 3]]).all()
