from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dlcli.errors import DataError, DlcliError

Mistake = Callable[..., DlcliError]


def test_a_data_file_that_is_nowhere_is_an_error_that_says_where_it_was_sought(
    mistake: Mistake, iris: str, tmp_path: Path
) -> None:
    found = mistake(iris.replace("iris", "{format: csv, path: nowhere.csv, label: y}"))
    assert isinstance(found, DataError)
    assert str(tmp_path / "nowhere.csv") in found.message
