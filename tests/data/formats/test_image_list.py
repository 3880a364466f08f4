from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlcli.core import ConfigError, DataError, registry
from dlcli.data import Data, DataPaths, Values, load_data, new_data
from dlcli.data.formats import ImageList
from dlcli.settings import SplitOptions

ROWS = ["a.png,cat,1.5,u", "b.png,dog,2.5,u", "c.png,cat,0.5,v", "sub/d.png,dog,4.0,v"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for value, name in enumerate(("a.png", "b.png", "c.png", "sub/d.png")):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 6), value, np.uint8)).save(path)
    (tmp_path / "list.csv").write_text("\n".join(["file,kind,age,owner", *ROWS]) + "\n")
    return tmp_path


def load(folder: Path, *, split: dict[str, Any] | None = None, **options: Any) -> Data:
    reader = registry.make(ImageList, **{"path": "list.csv", "images": "photos", "label": "kind"} | options)
    data_paths = DataPaths(config_folder=folder, environment={"XDG_CACHE_HOME": str(folder / "cache")})
    return load_data(reader, data_paths, split=SplitOptions(**(split or {"train": 1.0})), seed=0)


def test_rows_are_pictures_with_labels(folder: Path):
    data = load(folder)
    assert data.class_names == ("cat", "dog")
    assert data.input_shape == (4, 6, 1)
    assert data.splits["train"].ids.tolist() == ["a.png", "b.png", "c.png", "sub/d.png"]
    assert data.splits["train"].targets is not None
    assert data.splits["train"].targets.tolist() == [0, 1, 0, 1]
    table = "list.csv"
    assert set(data.fingerprint) == {table, f"pictures of {table}"}


def test_values_can_be_predicted_and_columns_group(folder: Path):
    data = load(folder, label="age", split={"train": 0.5, "dev": 0.5, "group_by": "owner"}, id="owner")
    assert isinstance(data.preprocessor.targets, Values)
    assert {name: set(split.ids) for name, split in data.splits.items()} in (
        {"train": {"u"}, "dev": {"v"}},
        {"train": {"v"}, "dev": {"u"}},
    )


def test_the_first_and_the_last_column_are_taken_where_none_is_named(folder: Path):
    (folder / "list.csv").write_text("a.png;cat\nb.png;dog\nc.png;cat\nsub/d.png;dog\n")
    data = load(folder, label=None, header=False, delimiter=";")
    assert data.class_names == ("cat", "dog")


def test_lists_of_the_splits_and_of_the_test_set(folder: Path):
    (folder / "test.csv").write_text("file,kind\nc.png,cat\n")
    assert load(folder, test_path="test.csv", split={"train": 1.0}).splits["test"].ids.tolist() == ["c.png"]
    files = {"train": 1.0, "files": {"train": "list.csv", "dev": "test.csv"}}
    assert load(folder, path=None, split=files).splits["dev"].ids.tolist() == ["c.png"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("file,kind\na.png,cat\nx.png,dog\n", {}, r"list\.csv:3 file: .*photos/x\.png"),
        ("file,kind\na.png,cat\n,dog\n", {}, r"list\.csv:3 file: "),
        ("file,kind\na.png,\nb.png,dog\n", {}, r"list\.csv:2 kind: "),
        ("file,kind\na.png,cat\n", {"file": "picture"}, "lacks picture"),
        ("file,kind\n", {}, "no rows"),
        ("kind\ncat\ndog\n", {}, "only kind"),
        ("file,kind\na.png,cat\n", {"label": "file"}, "'file' .* label"),
    ],
)
def test_invalid_lists_are_errors_with_their_line(folder: Path, text: str, options: dict[str, Any], message: str):
    (folder / "list.csv").write_text(text)
    with pytest.raises((DataError, ConfigError), match=message):
        load(folder, **options)


def test_a_new_list_is_predicted_without_labels_and_evaluated_with_them(folder: Path):
    preprocessor = load(folder).preprocessor
    reader = registry.make(ImageList, path="list.csv", images="photos", label="kind")
    new = folder / "new.csv"
    new.write_text("file\nb.png\n")
    assert new_data(new, reader, preprocessor, require_targets=False).ids.tolist() == ["b.png"]
    split = new_data(folder / "list.csv", reader, preprocessor, require_targets=True)
    assert split.targets is not None
    assert split.targets.tolist() == [0, 1, 0, 1]
    assert new_data(folder / "photos", reader, preprocessor, require_targets=False).ids.tolist()[-1] == "sub/d.png"


def test_a_list_without_a_header_is_named(folder: Path):
    rows = (folder / "list.csv").read_text().split("\n", 1)[1]
    (folder / "list.csv").write_text(rows)
    (warning,) = load(folder, label=1).warnings
    assert "'a.png'" in warning
    assert load(folder, label=1, header=True).warnings == ()
    data = load(folder, label=1, header=False)
    assert (len(data.splits["train"]), data.warnings) == (len(ROWS), ())
