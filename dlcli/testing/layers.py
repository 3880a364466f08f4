"""Contracts of a layer: its gradient, its declared shape, its state."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlcli.autograd import TOLERANCE, Tensor
from dlcli.nn import LayerSample, check_layer
from dlcli.testing.check import Subject

#: examples of a batch
BATCH = 5


def gradient_agrees_with_differences(subject: Subject) -> None:
    """The gradients of inputs and parameters agree with central differences on every sample."""
    checks = check_layer(subject.name)
    assert checks, f"{subject} has nothing to differentiate"
    for check in checks:
        assert check.relative_error < TOLERANCE, check
        assert check.checked > 0, check


def result_has_the_declared_shape_and_dtype(subject: Subject) -> None:
    """The result is `output_shape` for each example and keeps float32, in training and in evaluation."""
    for training in (True, False):
        for sample in _built_samples(subject):
            sample.layer.train(training)
            result = sample.layer.forward(*_batch(sample))
            assert result.shape == (BATCH, *sample.layer.output_shape(*sample.input_shapes))
            assert result.dtype == np.float32


def evaluation_repeats_itself_and_leaves_the_state_alone(subject: Subject) -> None:
    """Two evaluations of the same inputs are equal and change no parameter or buffer."""
    for sample in _built_samples(subject):
        sample.layer.eval()
        state = {key: array.copy() for key, array in sample.layer.state_dict().items()}
        inputs = _batch(sample)
        first, second = (sample.layer.forward(*inputs).data for _ in range(2))
        np.testing.assert_array_equal(first, second)
        for key, array in sample.layer.state_dict().items():
            np.testing.assert_array_equal(array, state[key])


def flops_are_counted(subject: Subject) -> None:
    """`flops` is a non-negative integer."""
    for sample in _built_samples(subject):
        flops = sample.layer.flops(*sample.input_shapes)
        assert isinstance(flops, int)
        assert flops >= 0


def a_layer_that_changes_in_training_says_so(subject: Subject) -> None:
    """Results of frozen layers and of layers without parameters are kept, so they must not change between steps."""
    for sample in _built_samples(subject):
        sample.layer.train()
        inputs = _batch(sample)
        first, second = (sample.layer.forward(*inputs).data for _ in range(2))
        assert np.array_equal(first, second) or sample.layer.changes_in_training
        sample.layer.freeze()
        sample.layer.train()
        first, second = (sample.layer.forward(*inputs).data for _ in range(2))
        assert np.array_equal(first, second), "a frozen layer gives the same result at every step"
        assert not sample.layer.changes_in_training


CONTRACTS = (
    gradient_agrees_with_differences,
    result_has_the_declared_shape_and_dtype,
    evaluation_repeats_itself_and_leaves_the_state_alone,
    flops_are_counted,
    a_layer_that_changes_in_training_says_so,
)


def _built_samples(subject: Subject) -> Iterator[LayerSample]:
    """The samples with their parameters created."""
    for sample in subject.component.samples():
        sample.layer.generator = np.random.default_rng(0)
        sample.layer.build(*sample.input_shapes, generator=np.random.default_rng(0), dtype=np.float32)
        yield sample


def _batch(sample: LayerSample) -> list[Tensor]:
    return [Tensor(array) for array in sample.draw_inputs(BATCH, np.random.default_rng(1), np.float32)]
