"""Boxes: from the cells of a list of images to encoded targets, and what is refused with its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlcli.core import ConfigError, DataError, registry
from dlcli.data import Data, DataPaths, ObjectBoxes, Objects, load_data
from dlcli.data.formats import ImageList
from dlcli.data.normalization import Standard
from dlcli.data.targets import targets_from_json
from dlcli.settings import SplitOptions

HEADER = "file,kind,x,y,height,width"
ROWS = ["a.png,cat,0.5,0.4,0.2,0.6", "b.png,,,,,", "c.png,dog,0.25,0.5,1,0.5"]
COLUMNS = ["kind", "x", "y", "height", "width"]


def load(folder: Path, rows: list[str], header: str = HEADER, **options: Any) -> Data:
    for number, row in enumerate(rows):
        Image.fromarray(np.full((4, 6), number, np.uint8)).save(folder / row.split(",")[0])
    (folder / "list.csv").write_text("\n".join([header, *rows]) + "\n")
    reader = registry.make(ImageList, **({"path": "list.csv", "label": COLUMNS} | options.pop("reader", {})))
    data_paths = DataPaths(config_folder=folder, environment={"XDG_CACHE_HOME": str(folder / "cache")})
    split = SplitOptions(**options.pop("split", {"train": 1.0}))
    return load_data(reader, data_paths, split=split, seed=0, targets=ObjectBoxes, **options)


def objects(data: Data, split: str = "train") -> Objects:
    targets = data.splits[split].targets
    assert isinstance(targets, Objects)
    return targets


def test_cells_are_boxes_and_empty_cells_are_no_object(tmp_path: Path) -> None:
    data = load(tmp_path, ROWS)
    targets = objects(data)
    assert targets.present.tolist() == [True, False, True]
    assert targets.boxes.dtype == np.float32
    np.testing.assert_allclose(targets.boxes, [[0.5, 0.4, 0.2, 0.6], [0, 0, 0, 0], [0.25, 0.5, 1, 0.5]], rtol=1e-6)
    assert targets.classes.tolist() == [0, 0, 1]
    kind = data.preprocessor.targets
    first, second, _ = kind.describe(targets)
    assert first.startswith("cat") and re.findall(r"[\d.]+", first) == ["0.5", "0.4", "0.2", "0.6"]
    assert second == "no object"
    assert kind.columns == ("kind", "x", "y", "height", "width")
    assert targets_from_json(kind.to_json()) == kind


def test_classes_may_be_numbers_or_have_names(tmp_path: Path) -> None:
    rows = ["a.png,7,0.5,0.4,0.2,0.6", "b.png,3,0.5,0.4,0.2,0.6", "c.png,,,,,"]
    data = load(tmp_path, rows, reader={"class_names": {3: "three", 7: "seven"}})
    kind = data.preprocessor.targets
    assert isinstance(kind, ObjectBoxes)
    assert kind.classes.names == ("three", "seven")
    assert objects(data).classes.tolist() == [1, 0, 0]


def test_without_a_column_of_classes_there_is_one_class(tmp_path: Path) -> None:
    rows = ["a.png,0.5,0.4,0.2,0.6", "b.png,,,,"]
    data = load(tmp_path, rows, "file,x,y,height,width", reader={"label": ["x", "y", "height", "width"]})
    kind = data.preprocessor.targets
    assert isinstance(kind, ObjectBoxes)
    assert kind.classes.names == ("object",)
    assert objects(data).present.tolist() == [True, False]


def test_one_class_is_enough(tmp_path: Path) -> None:
    data = load(tmp_path, ["a.png,cat,0.5,0.4,0.2,0.6", "b.png,,,,,"])
    kind = data.preprocessor.targets
    assert isinstance(kind, ObjectBoxes)
    assert kind.classes.names == ("cat",)


def test_stratified_splits_share_out_the_empty_images(tmp_path: Path) -> None:
    rows = [f"{number}.png,cat,0.5,0.4,0.2,0.6" for number in range(8)] + [f"e{number}.png,,,,," for number in range(4)]
    data = load(tmp_path, rows, split={"train": 0.5, "dev": 0.5, "stratify": True})
    assert [int(objects(data, name).present.sum()) for name in ("train", "dev")] == [4, 4]


def test_a_box_that_leaves_the_image_by_rounding_is_cut(tmp_path: Path) -> None:
    data = load(tmp_path, ["a.png,cat,0.9063,0.5,0.5,0.1876", "b.png,,,,,"])  # its right side is at 1.0001
    x, _, _, width = objects(data).boxes[0].astype(np.float64)
    assert x + width / 2 == pytest.approx(1, abs=1e-7)
    assert x - width / 2 == pytest.approx(0.9063 - 0.0938, abs=1e-7)


@pytest.mark.parametrize(
    ("row", "key", "code"),
    [
        ("c.png,dog,0.9,0.5,0.2,0.4", "x", "out_of_range"),  # from 0.7 to 1.1
        ("c.png,dog,0.5,0.05,0.2,0.4", "y", "out_of_range"),
        ("c.png,dog,12,20,8,4", "x", "out_of_range"),  # in pixels
        ("c.png,dog,0.5,0.5,0,0.4", "height", "out_of_range"),
        ("c.png,dog,0.5,0.5,0.2,-0.1", "width", "out_of_range"),
        ("c.png,dog,,,,", "x", "missing_value"),  # a class without a box
        ("c.png,,0.5,0.5,0.2,0.4", "kind", "missing_value"),
        ("c.png,dog,0.5,0.5,,0.4", "height", "missing_value"),
        ("c.png,dog,inf,0.5,0.2,0.4", "x", "non_finite"),
        ("c.png,dog,0.5,half,0.2,0.4", "y", "wrong_type"),
    ],
)
def test_a_wrong_box_is_refused_at_its_place(row: str, key: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, [*ROWS[:2], row])
    error = caught.value
    assert (error.code, error.line, error.key) == (code, 4, key)
    assert Path(str(error.file)).name == "list.csv"
    assert len(str(error).splitlines()) == 1


def test_the_first_of_several_wrong_boxes_has_the_place(tmp_path: Path) -> None:
    rows = [*ROWS, "d.png,cat,0.5,0.5,0,0.1", "e.png,cat,0.5,0.5,0.1,0"]
    with pytest.raises(DataError) as caught:
        load(tmp_path, rows)
    assert (caught.value.line, caught.value.key) == (5, "height")
    assert "1 more row" in caught.value.message


@pytest.mark.parametrize(
    ("label", "error"),
    [(["x", "y", "height", "kind"], DataError), (["x", "y", "height", "width", "kind", "owner"], ConfigError)],
)
def test_other_columns_are_refused(label: list[str], error: type[Exception], tmp_path: Path) -> None:
    rows = [f"{row},u" for row in ROWS]
    with pytest.raises(error):
        load(tmp_path, rows, f"{HEADER},owner", reader={"label": label})


def test_no_object_in_the_training_set(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, ["a.png,,,,,", "b.png,,,,,"])
    assert caught.value.code == "too_few_examples"


def test_boxes_are_not_normalized(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, ROWS, target_normalization=Standard())
    assert caught.value.key == "target_normalization"


def test_unknown_class_in_another_split(tmp_path: Path) -> None:
    (tmp_path / "dev.csv").write_text(f"{HEADER}\na.png,cow,0.5,0.4,0.2,0.6\n")
    with pytest.raises(DataError) as caught:
        load(tmp_path, ROWS, split={"files": {"train": "list.csv", "dev": "dev.csv"}}, reader={"path": None})
    assert caught.value.code == "unknown_label"


def test_an_object_in_every_image_is_remarked(tmp_path: Path) -> None:
    assert any("every" in warning and "object" in warning for warning in load(tmp_path, ROWS[::2]).warnings)
