from __future__ import annotations

import json

import numpy as np
import pytest

from dlcli.core import rng


def test_the_same_arguments_give_the_same_stream() -> None:
    first, second = rng.generator(7, "shuffle", 3), rng.generator(7, "shuffle", 3)
    np.testing.assert_array_equal(first.integers(1 << 60, size=8), second.integers(1 << 60, size=8))


@pytest.mark.parametrize(
    "other", [(8, "shuffle", 3), (7, "init", 3), (7, "shuffle", 4), (7, "shuffle"), (7, "shuffle", 3, 0)]
)
def test_other_arguments_give_another_stream(other: tuple[int, str, int]) -> None:
    draws = rng.generator(7, "shuffle", 3).integers(1 << 60, size=8)
    assert not np.any(draws == rng.generator(*other).integers(1 << 60, size=8))


def test_the_stream_is_the_same_on_every_machine() -> None:
    # PCG64 seeded by SeedSequence(0, spawn_key=(crc32(b"init"),)); NumPy promises both streams (NEP 19)
    assert rng.generator(0, "init").integers(1000, size=4).tolist() == [952, 671, 569, 248]


def test_one_purpose_does_not_disturb_another() -> None:
    generators = rng.Generators(0)
    undisturbed = rng.Generators(0)["dropout"].standard_normal(4)
    generators["init"].standard_normal(100)
    np.testing.assert_array_equal(generators["dropout"].standard_normal(4), undisturbed)


def test_a_generator_continues_its_stream() -> None:
    generators = rng.Generators(0)
    whole = rng.Generators(0)["init"].standard_normal(6)
    parts = [generators["init"].standard_normal(3), generators["init"].standard_normal(3)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_restore_returns_to_a_state_that_was_written_as_json() -> None:
    generators = rng.Generators(5)
    generators["init"].standard_normal(3)
    state = json.loads(json.dumps(generators.state()))
    expected = generators["init"].standard_normal(4)
    generators.restore(state)
    np.testing.assert_array_equal(generators["init"].standard_normal(4), expected)


def test_restore_in_another_process_needs_no_earlier_draws() -> None:
    generators = rng.Generators(5)
    generators["dropout"].standard_normal(3)
    restored = rng.Generators(5)
    restored.restore(generators.state())
    np.testing.assert_array_equal(restored["dropout"].standard_normal(4), generators["dropout"].standard_normal(4))
