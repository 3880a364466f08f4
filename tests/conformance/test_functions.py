"""Every registered Function: its gradient, its purity, its precision."""

from __future__ import annotations

import numpy as np
import pytest

import dlcli.ops  # noqa: F401 - registers the Functions
from dlcli.autograd import TOLERANCE, Context, Function, Sample, Tensor, check_function
from dlcli.core import registry

NAMES = registry.names("function")


def samples(name: str) -> list[Sample]:
    return list(registry.lookup("function", name).samples())


def recorded(function: type[Function], sample: Sample) -> tuple[list[np.ndarray | None], Context, np.ndarray]:
    """The inputs, the context after forward, and a gradient for backward."""
    inputs = [None if array is None else np.array(array) for array in sample.inputs]
    tensors = [
        Tensor(array, requires_grad=True) if checked else array
        for array, checked in zip(inputs, sample.checked_inputs(), strict=True)
    ]
    result = function.apply(*tensors, **sample.options)
    assert result.creator is not None
    return inputs, result.creator, np.random.default_rng(1).standard_normal(result.shape)


def test_there_are_functions() -> None:
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_declares_samples(name: str) -> None:
    assert samples(name)
    assert all(any(sample.checked_inputs()) for sample in samples(name))


@pytest.mark.parametrize("name", NAMES)
def test_gradient_agrees_with_differences(name: str) -> None:
    for check in check_function(name):
        assert check.relative_error < TOLERANCE, check
        assert check.norm_relative_error < TOLERANCE, check
        assert check.kinks == 0, f"{check}: samples stay away from kinks"
        assert check.checked == check.size > 0


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_pure(name: str) -> None:
    """Called twice it gives the same, and changes neither the inputs, what was saved, nor the gradient it got."""
    function = registry.lookup("function", name)
    for sample in samples(name):
        inputs, context, grad = recorded(function, sample)
        saved = [np.array(item) for item in context.saved]
        given = grad.copy()
        first, second = (function.backward(context, grad) for _ in range(2))
        first = first if isinstance(first, tuple) else (first,)
        second = second if isinstance(second, tuple) else (second,)
        assert len(first) == len(sample.inputs)
        for one, other, checked in zip(first, second, sample.checked_inputs(), strict=True):
            if checked:
                np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(grad, given)
        for before, after in zip(saved, context.saved, strict=True):
            np.testing.assert_array_equal(before, after)
        for before, after in zip(sample.inputs, inputs, strict=True):
            if before is not None:
                np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_do_not_alias_what_was_saved(name: str) -> None:
    function = registry.lookup("function", name)
    for sample in samples(name):
        _, context, grad = recorded(function, sample)
        returned = function.backward(context, grad)
        for result in returned if isinstance(returned, tuple) else (returned,):
            for item in context.saved:
                assert result is None or not np.may_share_memory(result, item)


@pytest.mark.parametrize("name", NAMES)
def test_float32_is_close_to_float64_and_stays_float32(name: str) -> None:
    function = registry.lookup("function", name)
    for sample in samples(name):
        single = [
            array.astype(np.float32) if array is not None and array.dtype.kind == "f" else array
            for array in sample.inputs
        ]
        exact = function.apply(*sample.inputs, **sample.options).data
        rounded = Sample(tuple(single), sample.options, sample.checked_inputs())
        _, context, _ = recorded(function, rounded)
        result = function.apply(*single, **sample.options).data
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, exact, rtol=2e-5, atol=2e-6)
        returned = function.backward(context, np.ones(result.shape, np.float32))
        for grad, checked in zip(
            returned if isinstance(returned, tuple) else (returned,), sample.checked_inputs(), strict=True
        ):
            assert not checked or grad.dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
def test_has_a_docstring_with_its_formula(name: str) -> None:
    assert registry.summary(registry.lookup("function", name)), "the first line says what it computes"
