"""Targets of several heads: each column is fitted and encoded by itself, and empty cells are never read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError, registry
from dlcli.data import ClassLabels, Data, DataPaths, HeadKind, HeadRows, HeadTargets, Observed, Values, load_data
from dlcli.data.formats import Csv
from dlcli.data.targets import targets_from_json
from dlcli.settings import SplitOptions

ROWS = ["a,color,size", "1,red,1.5", "2,,2.5", "3,blue,", "4,blue,4.5", "5,red,5.5", "6,,"]
KINDS = {"color": HeadKind(), "size": HeadKind(Values)}


def load(folder: Path, rows: list[str] = ROWS, kinds: dict[str, HeadKind] | None = None, **options: Any) -> Data:
    (folder / "d.csv").write_text("\n".join(rows) + "\n")
    reader = registry.make(Csv, path="d.csv", **({"label": ["color", "size"]} | options))
    return load_data(
        reader,
        DataPaths(config_folder=folder),
        split=SplitOptions(train=1.0, dev=0.0, test=0.0),
        seed=0,
        targets=HeadTargets,
        task_options={"heads": KINDS if kinds is None else kinds},
    )


def observed(data: Data, head: str) -> Observed:
    targets = data.splits["train"].targets
    assert isinstance(targets, HeadRows)
    of_head = targets.heads[head]
    assert isinstance(of_head, Observed)
    return of_head


def test_each_column_has_its_own_kind_and_its_own_empty_cells(tmp_path: Path) -> None:
    data = load(tmp_path)
    color, size = observed(data, "color"), observed(data, "size")
    assert color.mask.tolist() == [True, False, True, True, True, False]
    assert color.values[color.mask].tolist() == [1, 0, 0, 1]
    assert size.mask.tolist() == [True, True, False, True, True, False]
    assert size.values[size.mask].ravel().tolist() == [1.5, 2.5, 4.5, 5.5]
    assert [warning.split(":")[0] for warning in data.warnings] == ["color", "size"]


def test_the_targets_are_restored_from_json(tmp_path: Path) -> None:
    targets = load(tmp_path).preprocessor.targets
    again = targets_from_json(targets.to_json())
    assert again == targets
    assert isinstance(again.parts["color"], ClassLabels)
    assert again.columns == ("color", "size")


def test_rows_are_selected_in_every_head_at_once(tmp_path: Path) -> None:
    split = load(tmp_path).splits["train"]
    batch = split.gather(np.array([3, 1]))
    assert isinstance(batch.targets, HeadRows)
    assert split.targets is not None
    for head in ("color", "size"):
        whole, part = split.targets.heads[head], batch.targets.heads[head]
        assert part.mask.tolist() == whole.mask[[3, 1]].tolist()
        assert part.values.tolist() == whole.values[[3, 1]].tolist()
    assert len(split.targets[2:5]) == 3


def test_targets_read_as_a_person_writes_them(tmp_path: Path) -> None:
    data = load(tmp_path)
    assert data.preprocessor.targets.describe(data.splits["train"].targets) == [
        "color red, size 1.5",
        "size 2.5",
        "color blue",
        "color blue, size 4.5",
        "color red, size 5.5",
        "",
    ]


@pytest.mark.parametrize(
    ("kinds", "code", "key"),
    [
        ({"color": HeadKind(), "sizes": HeadKind()}, "unknown_name", "targets.heads.sizes"),
        ({"color": HeadKind()}, "missing_key", "targets.heads"),
        ({"color": HeadKind(Values), "size": HeadKind()}, "not_applicable", "targets.heads.color.task"),
        ({"color": HeadKind(), "size": HeadKind(ClassLabels)}, "wrong_type", "targets.heads.size.task"),
    ],
)
def test_mistakes_have_their_place(tmp_path: Path, kinds: dict[str, HeadKind], code: str, key: str) -> None:
    with pytest.raises((ConfigError, DataError)) as caught:
        load(tmp_path, kinds=kinds)
    assert (caught.value.code, caught.value.key) == (code, key)


def test_a_head_needs_a_training_example(tmp_path: Path) -> None:
    rows = [ROWS[0], *(f"{number},{color}," for number, color in enumerate(["red", "blue", "red"]))]
    with pytest.raises(DataError) as caught:
        load(tmp_path, rows)
    assert (caught.value.code, caught.value.key) == ("too_few_examples", "targets.heads.size")


def test_a_label_that_the_training_set_lacks_is_rejected(tmp_path: Path) -> None:
    targets = load(tmp_path).preprocessor.targets
    (tmp_path / "new.csv").write_text("a,color,size\n1,green,\n")
    raw = registry.make(Csv, path="new.csv", label=["color", "size"]).read(DataPaths(config_folder=tmp_path))
    with pytest.raises(DataError, match="green") as caught:
        targets.encode(raw.examples, raw.examples.all_rows, "new")
    assert caught.value.code == "unknown_label"


def test_one_class_of_a_head_has_its_place(tmp_path: Path) -> None:
    rows = [ROWS[0], *(f"{number},red,{number}" for number in range(3))]
    with pytest.raises(DataError) as caught:
        load(tmp_path, rows)
    assert (caught.value.code, caught.value.key) == ("too_few_examples", "targets.heads.color.task")


def test_class_names_belong_to_one_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, class_names=["x", "y"])
    assert (caught.value.code, caught.value.key) == ("not_applicable", "class_names")
