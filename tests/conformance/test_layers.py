"""Every registered layer: its gradient, its declared shape, its options."""

from __future__ import annotations

import numpy as np
import pytest

import dlcli.nn  # noqa: F401 - registers the layers
from dlcli.autograd import TOLERANCE, Tensor
from dlcli.core import registry
from dlcli.nn import LayerSample, check_layer

NAMES = registry.names("layer")


def built_samples(name: str, dtype: type[np.floating]) -> list[LayerSample]:
    """The samples with their parameters made, ready for a forward pass."""
    samples = list(registry.lookup("layer", name).samples())
    for sample in samples:
        sample.layer.generator = np.random.default_rng(0)
        sample.layer.build(*sample.input_shapes, generator=np.random.default_rng(0), dtype=dtype)
    return samples


def batch(sample: LayerSample, dtype: type[np.floating]) -> list[Tensor]:
    return [Tensor(array) for array in sample.draw_inputs(5, np.random.default_rng(1), dtype)]


def test_there_are_layers() -> None:
    assert len(NAMES) >= 18


@pytest.mark.parametrize("name", NAMES)
def test_gradient_agrees_with_differences(name: str) -> None:
    checks = check_layer(name)
    assert checks
    for check in checks:
        assert check.relative_error < TOLERANCE, check
        assert check.checked > 0


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_result_has_the_declared_shape_and_dtype(name: str, training: bool) -> None:
    for sample in built_samples(name, np.float32):
        sample.layer.train(training)
        result = sample.layer.forward(*batch(sample, np.float32))
        assert result.shape == (5, *sample.layer.output_shape(*sample.input_shapes))
        assert result.dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
def test_evaluation_repeats_itself_and_leaves_the_state_alone(name: str) -> None:
    for sample in built_samples(name, np.float32):
        sample.layer.eval()
        state = {key: array.copy() for key, array in sample.layer.state_dict().items()}
        inputs = batch(sample, np.float32)
        first, second = (sample.layer.forward(*inputs).data for _ in range(2))
        np.testing.assert_array_equal(first, second)
        for key, array in sample.layer.state_dict().items():
            np.testing.assert_array_equal(array, state[key])


@pytest.mark.parametrize("name", NAMES)
def test_flops_are_counted(name: str) -> None:
    for sample in built_samples(name, np.float32):
        flops = sample.layer.flops(*sample.input_shapes)
        assert isinstance(flops, int)
        assert flops >= 0


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_described(name: str) -> None:
    layer = registry.lookup("layer", name)
    assert registry.summary(layer)
    for option in registry.options(layer):
        assert option.description, f"{name}: option {option.name} has no line in Args"


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_that_draws_says_so(name: str) -> None:
    """Results of layers that are frozen, or have nothing to train, are kept: they must not change from step to step."""
    for sample in built_samples(name, np.float32):
        sample.layer.train()
        inputs = batch(sample, np.float32)
        first, second = (sample.layer.forward(*inputs).data for _ in range(2))
        assert np.array_equal(first, second) or sample.layer.changes_in_training
        sample.layer.freeze()
        sample.layer.train()
        first, second = (sample.layer.forward(*inputs).data for _ in range(2))
        assert np.array_equal(first, second)
        assert not sample.layer.changes_in_training
