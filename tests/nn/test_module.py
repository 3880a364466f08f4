"""Names, modes, saving and restoring."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from dlcli.nn import Module, Parameter


class Inner(Module):
    """Module with a weight and a moving average."""

    buffer_names: ClassVar[tuple[str, ...]] = ("average",)

    def __init__(self) -> None:
        self.weight = Parameter(np.ones((2, 3), np.float32))
        self.average = np.zeros(3, np.float32)


class Outer(Module):
    """Module with an inner module."""

    def __init__(self) -> None:
        self.scale = Parameter(np.ones(1, np.float32))
        self.inner = Inner()
        self.not_a_parameter = np.ones(7)


def test_names_are_dotted_and_ordered() -> None:
    module = Outer()
    assert list(module.parameters()) == ["scale", "inner.weight"]
    assert list(module.buffers()) == ["inner.average"]
    assert list(module.state_dict()) == ["scale", "inner.weight", "inner.average"]


def test_training_mode_is_set_recursively() -> None:
    module = Outer()
    assert module.training
    module.eval()
    assert not module.training
    assert not module.inner.training
    module.train()
    assert module.inner.training


def test_state_is_restored_into_the_same_memory() -> None:
    source, target = Outer(), Outer()
    source.inner.weight.data += 4
    source.inner.average += 2
    memory = target.inner.weight.data
    target.load_state_dict(source.state_dict())
    assert target.inner.weight.data is memory
    for name, array in target.state_dict().items():
        np.testing.assert_array_equal(array, source.state_dict()[name])


def test_a_state_that_does_not_fit_changes_nothing_and_all_reasons_are_listed() -> None:
    module = Outer()
    state = {"scale": np.full(1, 9.0, np.float32), "inner.weight": np.zeros((3, 2)), "inner.averag": np.zeros(3)}
    with pytest.raises(ValueError, match="do not fit") as caught:
        module.load_state_dict(state)
    for reason in ("average is missing", "did you mean inner.average?", "expected shape (2, 3), got (3, 2)"):
        assert reason in str(caught.value)
    np.testing.assert_array_equal(module.scale.data, [1.0])


def test_astype_converts_parameters_and_buffers() -> None:
    module = Outer()
    module.astype(np.float64)
    assert {array.dtype for array in module.state_dict().values()} == {np.dtype(np.float64)}


def test_frozen_modules_are_not_trained_and_stay_in_evaluation_mode() -> None:
    module = Outer()
    module.inner.freeze()
    module.train()
    assert (module.training, module.inner.training) == (True, False)
    assert [name for name, parameter in module.parameters().items() if parameter.trainable] == ["scale"]
    module.eval()
    module.train()
    assert not module.inner.training
