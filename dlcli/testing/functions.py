"""Contracts of a Function: its gradient, its purity, its precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcli.autograd import TOLERANCE, Context, Function, Sample, Tensor, check_function
from dlcli.testing.check import Subject


def declares_samples(subject: Subject) -> None:
    """`samples` gives inputs that the gradient is checked on."""
    samples = list(subject.component.samples())
    assert samples, f"{subject} declares no samples"
    assert all(any(sample.checked_inputs()) for sample in samples), "a sample has no differentiable input"


def gradient_agrees_with_differences(subject: Subject) -> None:
    """`backward` agrees with central differences in every element, and no sample is at a kink."""
    for check in check_function(subject.name):
        assert check.relative_error < TOLERANCE, check
        assert check.norm_relative_error < TOLERANCE, check
        assert check.kinks == 0, f"{check}: samples stay away from kinks"
        assert check.checked == check.size > 0, check


def backward_is_pure(subject: Subject) -> None:
    """Two calls give the same gradients and change neither inputs, saved arrays, nor the gradient they are given."""
    for sample in subject.component.samples():
        inputs, context, grad = _recorded(subject.component, sample)
        saved = [np.array(item) for item in context.saved]
        given = grad.copy()
        first, second = (_as_tuple(subject.component.backward(context, grad)) for _ in range(2))
        assert len(first) == len(sample.inputs), "backward returns one gradient for each input"
        for one, other, checked in zip(first, second, sample.checked_inputs(), strict=True):
            if checked:
                np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(grad, given)
        for before, after in zip(saved, context.saved, strict=True):
            np.testing.assert_array_equal(before, after)
        for given_input, after in zip(sample.inputs, inputs, strict=True):
            if given_input is not None:
                np.testing.assert_array_equal(given_input, after)


def gradients_do_not_alias_what_was_saved(subject: Subject) -> None:
    """The engine may add to a gradient in place, so it shares no memory with saved arrays."""
    for sample in subject.component.samples():
        _, context, grad = _recorded(subject.component, sample)
        for result in _as_tuple(subject.component.backward(context, grad)):
            for item in context.saved:
                assert result is None or not np.may_share_memory(result, item), "a gradient shares memory"


def float32_is_close_to_float64_and_stays_float32(subject: Subject) -> None:
    """Results and gradients of float32 inputs are float32, and close to those of float64."""
    function = subject.component
    for sample in function.samples():
        single = tuple(
            array.astype(np.float32) if array is not None and array.dtype.kind == "f" else array
            for array in sample.inputs
        )
        exact = function.apply(*sample.inputs, **sample.options).data
        _, context, _ = _recorded(function, Sample(single, sample.options, sample.checked_inputs()))
        result = function.apply(*single, **sample.options).data
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, exact, rtol=2e-5, atol=2e-6)
        gradients = _as_tuple(function.backward(context, np.ones(result.shape, np.float32)))
        for grad, checked in zip(gradients, sample.checked_inputs(), strict=True):
            assert not checked or grad.dtype == np.float32


CONTRACTS = (
    declares_samples,
    gradient_agrees_with_differences,
    backward_is_pure,
    gradients_do_not_alias_what_was_saved,
    float32_is_close_to_float64_and_stays_float32,
)


def _as_tuple(gradients: Any) -> tuple[Any, ...]:
    return gradients if isinstance(gradients, tuple) else (gradients,)


def _recorded(function: type[Function], sample: Sample) -> tuple[list[np.ndarray | None], Context, np.ndarray]:
    """The inputs, the context after forward, and a gradient for backward."""
    inputs = [None if array is None else np.array(array) for array in sample.inputs]
    tensors = [
        Tensor(array, requires_grad=True) if checked and array is not None else array
        for array, checked in zip(inputs, sample.checked_inputs(), strict=True)
    ]
    result = function.apply(*tensors, **sample.options)
    assert result.creator is not None
    return inputs, result.creator, np.random.default_rng(1).standard_normal(result.shape)
