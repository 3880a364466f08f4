from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from dlcli.assembly import build_data
from dlcli.core import DataError, DlcliError
from dlcli.spec import spec_from_text

Mistake = Callable[..., DlcliError]


def test_the_error_for_a_missing_file_has_the_searched_path(mistake: Mistake, iris: str, tmp_path: Path) -> None:
    error = mistake(iris.replace("iris", "{format: csv, path: nowhere.csv, label: y}"))
    assert isinstance(error, DataError)
    assert str(tmp_path / "nowhere.csv") in error.message


def test_numeric_targets_that_are_words_are_a_mistake_of_the_task(mistake: Mistake, tmp_path: Path) -> None:
    rows = "".join(f"{number},{'cat' if number % 2 else 'dog'}\n" for number in range(20))
    (tmp_path / "pets.csv").write_text(f"weight,pet\n{rows}")
    config = """\
data: {dataset: {format: csv, path: pets.csv, label: pet}}
task: regression
model: {architecture: mlp, hidden_units: [3]}
optimizer: adam
"""
    error = mistake(config)
    assert (error.code, error.line, error.key) == ("not_applicable", 2, "task")


def test_runs_with_the_same_seed_of_the_split_have_the_same_splits(iris: str) -> None:
    def dev(**overrides: int) -> np.ndarray:
        spec = spec_from_text(iris, file="iris.yaml", overrides={k.replace("_", "."): v for k, v in overrides.items()})
        rows: np.ndarray = build_data(spec).indices["dev"]
        return rows

    np.testing.assert_array_equal(dev(seed=3, data_split_seed=0), dev(seed=0))
    assert not np.array_equal(dev(seed=3), dev(seed=0))


def test_shared_examples_are_a_mistake_of_the_split_if_it_says_so(mistake: Mistake, iris: str, tmp_path: Path) -> None:
    rows = "".join(f"{number % 4},{'cat' if number % 2 else 'dog'}\n" for number in range(20))
    (tmp_path / "pets.csv").write_text(f"weight,pet\n{rows}")
    error = mistake(
        iris.replace(
            "{dataset: iris}", "\n  dataset: {format: csv, path: pets.csv, label: pet}\n  split: {overlap: error}"
        )
    )
    assert isinstance(error, DataError)
    assert (error.code, error.key, error.line) == ("duplicate_examples", "data.split.overlap", 3)
    assert "4 of 4 dev" in error.message
