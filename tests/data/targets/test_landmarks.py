"""Landmarks: from the cells of a table to encoded targets, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.core import DataError, registry
from dlcli.data import Data, DataPaths, Landmarks, Points, load_data
from dlcli.data.formats import Csv
from dlcli.data.targets import targets_from_json
from dlcli.settings import SplitOptions

HEADER = "brightness,eye_x,eye_y,nose_x,nose_y"
ROWS = ["3,0.1,0.2,0.5,0.6", "5,,,0.25,1", "4,0,0.5,,"]


def load(folder: Path, rows: list[str], label: tuple[str, ...] = ("eye_x", "eye_y", "nose_x", "nose_y")) -> Data:
    (folder / "points.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    reader = registry.make(Csv, path="points.csv", label=list(label))
    return load_data(reader, DataPaths(config_folder=folder), split=SplitOptions(train=1.0), seed=0, targets=Landmarks)


def test_cells_are_points_and_empty_cells_are_invisible_points(tmp_path: Path) -> None:
    data = load(tmp_path, ROWS)
    targets = data.splits["train"].targets
    assert isinstance(targets, Points)
    assert targets.visible.tolist() == [[True, True], [False, True], [True, False]]
    np.testing.assert_allclose(targets.points[0], [[0.1, 0.2], [0.5, 0.6]], rtol=1e-6)
    assert (targets.points[~targets.visible] == 0).all()
    kind = data.preprocessor.targets
    assert isinstance(kind, Landmarks)
    assert kind.names == ("eye", "nose")
    assert kind.describe(targets) == ["eye 0.1 0.2, nose 0.5 0.6", "nose 0.25 1", "eye 0 0.5"]
    assert targets_from_json(kind.to_json()) == kind
    assert sum("invisible" in warning and "1 of 3" in warning for warning in data.warnings) == 2


@pytest.mark.parametrize(
    ("row", "key", "code"),
    [
        ("1,0.1,,0.5,0.6", "eye_y", "missing_value"),
        ("1,0.1,1.2,0.5,0.6", "eye_y", "out_of_range"),
        ("1,-0.1,0.2,0.5,0.6", "eye_x", "out_of_range"),
        ("1,0.1,0.2,inf,0.6", "nose_x", "non_finite"),
        ("1,0.1,0.2,left,0.6", "nose_x", "wrong_type"),
    ],
)
def test_a_wrong_point_is_refused_at_its_place(row: str, key: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, [*ROWS, row])
    assert (caught.value.code, caught.value.line, caught.value.key) == (code, 5, key)


def test_a_point_that_is_never_visible_cannot_be_learned(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, ["3,0.1,0.2,,", "5,0.1,0.2,,"])
    assert caught.value.code == "too_few_examples"


def test_half_of_a_pair_of_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, ROWS, ("eye_x", "eye_y", "nose_x"))
    assert caught.value.code == "missing_column"
