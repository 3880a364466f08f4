"""Generated sequences with long-range dependencies: their content and the baseline errors."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.data import DataPaths
from dlcli.data.memory_tasks import AddingProblem, Copying


def test_the_class_of_copying_is_the_first_token() -> None:
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


def test_the_constant_one_has_a_mean_squared_error_of_one_sixth() -> None:
    targets = AddingProblem(examples=20_000).read(DataPaths()).examples.targets
    # the variance of the squared error is 7/180: four standard errors of its mean are 0.0056
    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, abs=0.0056)


@pytest.mark.parametrize("kind", [Copying, AddingProblem])
def test_the_seed_determines_the_data(kind: type) -> None:
    prints = [kind(examples=20, seed=seed).read(DataPaths()).fingerprint for seed in (1, 1, 2)]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(("kind", "option", "value"), [(Copying, "letters", 27), (AddingProblem, "length", 1)])
def test_options_out_of_range(kind: type, option: str, value: int) -> None:
    with pytest.raises(ConfigError, match=f"got {value}") as caught:
        kind(**{option: value})
    assert (caught.value.code, caught.value.key) == ("out_of_range", option)
