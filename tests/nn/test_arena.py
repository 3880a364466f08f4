from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import Arena, Parameter


def make_parameters(dtype: type = np.float32) -> dict[str, Parameter]:
    return {
        "first.bias": Parameter(np.full(3, 0.5, dtype), decay=False),
        "first.weight": Parameter(np.arange(6, dtype=dtype).reshape(2, 3)),
        "second.weight": Parameter(np.full((3, 1), -1, dtype)),
        "second.bias": Parameter(np.zeros(1, dtype), decay=False),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_become_views_and_keep_their_values(dtype: type) -> None:
    parameters, reference = make_parameters(dtype), make_parameters(dtype)
    arena = Arena(parameters)
    assert arena.data.dtype == arena.grad.dtype == dtype
    assert len(arena) == 13
    for segment in arena.segments:
        parameter = parameters[segment.name]
        assert np.array_equal(parameter.data, reference[segment.name].data)
        assert np.array_equal(arena.data[segment.start : segment.stop].reshape(segment.shape), parameter.data)
        assert np.shares_memory(parameter.data, arena.data)
        assert np.shares_memory(parameter.grad, arena.grad)
    arena.data += 1
    assert np.array_equal(parameters["second.bias"].data, [1])


def test_decayed_parameters_come_first_and_segments_keep_the_order_of_the_model() -> None:
    arena = Arena(make_parameters())
    assert [segment.name for segment in arena.segments] == list(make_parameters())
    by_name = {segment.name: segment for segment in arena.segments}
    assert (by_name["first.weight"].start, by_name["second.weight"].stop) == (0, 9)
    assert arena.decayed == slice(0, 9)
    assert by_name["first.bias"].start == 9


def test_missing_gradients_are_zero() -> None:
    parameters = make_parameters()
    arena = Arena(parameters)
    for parameter in parameters.values():
        parameter.accumulate_grad(np.ones(parameter.shape, np.float32))
    arena.zero_grad()
    parameters["second.bias"].accumulate_grad(np.full(1, 3, np.float32))
    assert arena.norm() == 3
    assert np.count_nonzero(arena.grad) == 1


def test_gradients_accumulate_until_cleared() -> None:
    parameters = make_parameters()
    arena = Arena(parameters)
    for _ in range(2):
        parameters["first.bias"].accumulate_grad(np.ones(3, np.float32))
    assert arena.norm() == pytest.approx(np.sqrt(3 * 2**2))


def test_norms_by_segment() -> None:
    arena = Arena(make_parameters())
    norms = arena.segment_norms(arena.data)
    assert norms == pytest.approx(
        {"first.bias": np.sqrt(0.75), "first.weight": np.sqrt(55), "second.weight": np.sqrt(3), "second.bias": 0}
    )


def test_frozen_parameters_are_not_in_the_arena() -> None:
    parameters = make_parameters()
    parameters["first.weight"].trainable = False
    arena = Arena(parameters)
    assert len(arena) == 7
    assert not np.shares_memory(parameters["first.weight"].data, arena.data)


def test_a_new_arena_after_freezing_keeps_the_values_and_frees_the_old_memory() -> None:
    parameters = make_parameters()
    old = Arena(parameters)
    old.data *= 2
    parameters["first.weight"].trainable = False
    new = Arena(parameters)
    assert np.array_equal(parameters["first.weight"].data, 2 * make_parameters()["first.weight"].data)
    assert not any(np.shares_memory(parameter.data, old.data) for parameter in parameters.values())
    assert parameters["first.weight"].grad is None
    assert np.array_equal(parameters["second.weight"].data, [[-2]] * 3)
    assert new.norm() == 0


def test_a_parameter_with_two_names_is_packed_once() -> None:
    shared = Parameter(np.ones((2, 2)))
    arena = Arena({"embedding.weight": shared, "output.weight": shared})
    assert [segment.name for segment in arena.segments] == ["embedding.weight"]
    assert np.shares_memory(shared.data, arena.data)


def test_a_model_without_trainable_parameters_has_an_empty_arena() -> None:
    arena = Arena({})
    assert len(arena) == 0
    assert arena.norm() == 0


def test_mixed_dtypes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"float32.*float64"):
        Arena({"a": Parameter(np.ones(1, np.float32)), "b": Parameter(np.ones(1, np.float64))})


def test_parameters_that_share_a_learning_rate_are_adjacent() -> None:
    parameters = make_parameters()
    for name in ("first.weight", "first.bias"):
        parameters[name].learning_rate_scale = 0.1
    arena = Arena(parameters)
    groups = [(group.elements, group.decayed, group.scale) for group in arena.rate_groups]
    # weights of size 6 and 3, then biases of size 1 and 3: the unscaled ones meet in the middle
    assert groups == [
        (slice(0, 6), slice(0, 6), 0.1),
        (slice(6, 10), slice(6, 9), 1.0),
        (slice(10, 13), slice(10, 10), 0.1),
    ]
    assert arena.decayed == slice(0, 9)
    assert [segment.name for segment in arena.segments] == list(parameters)


def test_without_scales_there_is_one_group() -> None:
    arena = Arena(make_parameters())
    assert [(group.elements, group.decayed, group.scale) for group in arena.rate_groups] == [
        (slice(0, 13), slice(0, 9), 1.0)
    ]
