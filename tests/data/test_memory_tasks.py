"""Sequences that ask for memory: what they are made of, and what one knows without any."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.data import DataPaths
from dlcli.data.memory_tasks import AddingProblem, Copying


def test_copying_asks_for_the_first_token() -> None:
    examples = Copying(examples=40, lag=5, letters=4).read(DataPaths()).examples
    assert len(examples) == 40
    for sequence, target in zip(examples.inputs, examples.targets, strict=True):
        assert sequence[0] == "abcd"[target]
        assert len(sequence) == 6
        assert all(token.isdigit() for token in sequence[1:])
    assert np.bincount(examples.targets).tolist() == [10] * 4


def test_the_adding_problem_marks_one_number_of_each_half() -> None:
    examples = AddingProblem(examples=500, length=9).read(DataPaths()).examples
    numbers, marks = examples.inputs[:, :, 0], examples.inputs[:, :, 1]
    assert (numbers >= 0).all()
    assert (numbers < 1).all()
    np.testing.assert_array_equal(marks[:, :4].sum(axis=1), 1)
    np.testing.assert_array_equal(marks[:, 4:].sum(axis=1), 1)
    np.testing.assert_allclose(examples.targets, (numbers * marks).sum(axis=1), atol=1e-6)


def test_who_always_says_one_is_off_by_the_root_of_a_sixth() -> None:
    targets = AddingProblem(examples=20_000).read(DataPaths()).examples.targets
    # the variance of the squared error is 7/180: four standard errors of its mean are 0.0056
    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, abs=0.0056)


@pytest.mark.parametrize("kind", [Copying, AddingProblem])
def test_the_seed_decides(kind: type) -> None:
    prints = [kind(examples=20, seed=seed).read(DataPaths()).fingerprint for seed in (1, 1, 2)]
    assert prints[0] == prints[1] != prints[2]


def test_options_that_make_no_data() -> None:
    with pytest.raises(ConfigError, match="2 to 26 letters, found 27"):
        Copying(letters=27)
    with pytest.raises(ConfigError, match="at least 2, not 1"):
        AddingProblem(length=1)
