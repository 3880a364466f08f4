from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from dlcli.assembly import build_data
from dlcli.core import DataError, DlcliError
from dlcli.spec import spec_from_text

Mistake = Callable[..., DlcliError]


def test_a_data_file_that_is_nowhere_is_an_error_that_says_where_it_was_sought(
    mistake: Mistake, iris: str, tmp_path: Path
) -> None:
    found = mistake(iris.replace("iris", "{format: csv, path: nowhere.csv, label: y}"))
    assert isinstance(found, DataError)
    assert str(tmp_path / "nowhere.csv") in found.message


def test_runs_with_a_seed_of_the_division_have_the_same_splits(iris: str) -> None:
    def dev(**overrides: int) -> np.ndarray:
        spec = spec_from_text(iris, file="iris.yaml", overrides={k.replace("_", "."): v for k, v in overrides.items()})
        rows: np.ndarray = build_data(spec).indices["dev"]
        return rows

    np.testing.assert_array_equal(dev(seed=3, data_split_seed=0), dev(seed=0))
    assert not np.array_equal(dev(seed=3), dev(seed=0))
