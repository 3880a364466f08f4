"""Labels come back from a file, through training, as the file writes them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from dlcli.core import DataError, registry
from dlcli.data import ClassLabels, DataPaths, FileFormat, Preprocessor, Values, load_data, new_data
from dlcli.data.formats import Csv, Jsonl, Npy, Npz, Parquet
from dlcli.settings import SplitOptions

INT64 = st.integers(-(2**63), 2**63 - 1)
UINT64 = st.integers(0, 2**64 - 1)
NEIGHBORS = st.integers(-3, 3).map(lambda step: 2**53 + step)
CODES = st.from_regex(r"0{0,3}[0-9]{1,20}", fullmatch=True)
WORDS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{0,5}", fullmatch=True).filter(
    lambda word: word.casefold() not in {"na", "nan", "null", "none", "inf", "infinity", "nil", "true", "false"}
)
SLOW = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def of_kind(element: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(element, min_size=2, max_size=5, unique=True)


def rows_of(labels: list[Any]) -> list[Any]:
    """Each label often enough to be a class."""
    return [label for label in labels for _ in range(4)]


def check(reader: FileFormat, path: Path, labels: list[Any]) -> Preprocessor:
    """Every row's class is called what the row says, in training and when the file comes as new data."""
    data = load_data(
        reader, DataPaths(config_folder=path.parent), split=SplitOptions(train=1.0), seed=0, targets=ClassLabels
    )
    preprocessor = Preprocessor.from_json(json.loads(json.dumps(data.preprocessor.to_json())))
    names = preprocessor.targets.class_names
    assert names is not None
    expected = [str(label) for label in rows_of(labels)]
    assert [names[index] for index in data.splits["train"].targets.tolist()] == expected
    split = new_data(path, reader, preprocessor, require_targets=True, targets_path=path.with_name("y.npy"))
    assert [names[index] for index in split.targets.tolist()] == expected
    return preprocessor


def write_csv(path: Path, labels: list[Any]) -> Path:
    path.write_text("a,y\n" + "".join(f"{row},{label}\n" for row, label in enumerate(rows_of(labels))))
    return path


@SLOW
@given(of_kind(CODES).filter(lambda codes: len({int(code) for code in codes}) == len(codes)) | of_kind(WORDS))
def test_csv(tmp_path: Path, labels: list[str]) -> None:
    check(Csv(path="d.csv"), write_csv(tmp_path / "d.csv", labels), labels)


@SLOW
@given(of_kind(INT64) | of_kind(UINT64) | of_kind(NEIGHBORS) | of_kind(st.integers(-(10**30), 10**30)))
def test_integers_in_csv(tmp_path: Path, labels: list[int]) -> None:
    check(Csv(path="d.csv"), write_csv(tmp_path / "d.csv", labels), labels)


@SLOW
@given(of_kind(INT64) | of_kind(NEIGHBORS) | of_kind(st.integers(-(10**30), 10**30)) | of_kind(CODES) | of_kind(WORDS))
def test_jsonl(tmp_path: Path, labels: list[Any]) -> None:
    if len({int(label) for label in labels if str(label).isdigit()}) < sum(str(label).isdigit() for label in labels):
        return  # one number written in two ways is one label
    lines = [json.dumps({"a": row, "y": label}) for row, label in enumerate(rows_of(labels))]
    (tmp_path / "d.jsonl").write_text("\n".join(lines))
    check(registry.make(Jsonl, path="d.jsonl", label="y"), tmp_path / "d.jsonl", labels)


@SLOW
@given(of_kind(INT64), st.sampled_from(["int64", "string", "dictionary"]))
def test_parquet(tmp_path: Path, labels: list[int], kind: str) -> None:
    rows = rows_of(labels)
    values = pa.array([str(row) for row in rows]) if kind == "string" else pa.array(rows, pa.int64())
    values = values.dictionary_encode() if kind == "dictionary" else values
    parquet.write_table(pa.table({"a": list(range(len(rows))), "y": values}), tmp_path / "d.parquet")
    check(registry.make(Parquet, path="d.parquet", label="y"), tmp_path / "d.parquet", labels)


@SLOW
@given(of_kind(UINT64))
def test_unsigned_integers_in_parquet(tmp_path: Path, labels: list[int]) -> None:
    rows = rows_of(labels)
    table = pa.table({"a": list(range(len(rows))), "y": pa.array(rows, pa.uint64())})
    parquet.write_table(table, tmp_path / "d.parquet")
    check(registry.make(Parquet, path="d.parquet", label="y"), tmp_path / "d.parquet", labels)


@SLOW
@given(of_kind(st.integers(-(10**30), 10**30)))
def test_decimals_in_parquet(tmp_path: Path, labels: list[int]) -> None:
    rows = rows_of(labels)
    values = pa.array([Decimal(row) for row in rows], pa.decimal128(38, 0))
    parquet.write_table(pa.table({"a": list(range(len(rows))), "y": values}), tmp_path / "d.parquet")
    check(registry.make(Parquet, path="d.parquet", label="y"), tmp_path / "d.parquet", labels)


@SLOW
@given(of_kind(INT64) | of_kind(WORDS))
def test_arrays(tmp_path: Path, labels: list[Any]) -> None:
    targets = np.array(rows_of(labels))
    inputs = np.arange(len(targets), dtype=np.float64)[:, None]
    np.savez(tmp_path / "d.npz", x=inputs, y=targets)
    check(Npz(path="d.npz"), tmp_path / "d.npz", labels)
    np.save(tmp_path / "x.npy", inputs)
    np.save(tmp_path / "y.npy", targets)
    check(Npy(path="x.npy", targets_path="y.npy"), tmp_path / "x.npy", labels)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_booleans_are_called_as_they_are_written(tmp_path: Path, kind: str) -> None:
    flags = [True, False] * 4
    path = tmp_path / f"d.{kind}"
    if kind == "parquet":
        parquet.write_table(pa.table({"a": range(8), "y": flags}), path)
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps({"a": row, "y": flag}) for row, flag in enumerate(flags)))
    else:
        path.write_text("a,y\n" + "".join(f"{row},{str(flag).lower()}\n" for row, flag in enumerate(flags)))
    reader = registry.make(registry.lookup("format", kind), path=path.name, label="y")
    data = load_data(reader, DataPaths(config_folder=tmp_path), split=SplitOptions(train=1.0), seed=0)
    assert data.class_names == ("false", "true")
    for number, words in enumerate((("true", "false"), ("True", "False"), ("1", "0"))):
        new = write_csv(tmp_path / f"new{number}.csv", list(words))
        split = new_data(new, reader, data.preprocessor, require_targets=True)
        assert split.targets.tolist() == [1] * 4 + [0] * 4


def test_codes_are_ordered_as_numbers(tmp_path: Path) -> None:
    preprocessor = check(
        Csv(path="d.csv"), write_csv(tmp_path / "d.csv", ["10.0", "2.0", "1.0"]), ["10.0", "2.0", "1.0"]
    )
    assert preprocessor.targets.class_names == ("1.0", "2.0", "10.0")


def test_one_number_in_two_spellings_is_one_class(tmp_path: Path) -> None:
    reader = Csv(path="d.csv")
    write_csv(tmp_path / "d.csv", ["1", "1.0", "2"])
    data = load_data(reader, DataPaths(config_folder=tmp_path), split=SplitOptions(train=1.0), seed=0)
    assert data.class_names == ("1", "2")


@pytest.mark.parametrize(
    ("trained", "new"),
    [
        (["001", "002", "A01"], ["001", "002"]),
        (["1.0", "2.0", "x"], ["1.0", "2.0"]),
        (["1.0", "2.0", "x"], ["2", "1"]),
        (["1", "2", "3"], ["01", "3.0"]),
        (["001", "002", "010"], ["1", "10"]),
    ],
)
def test_new_rows_have_the_labels_of_training(tmp_path: Path, trained: list[str], new: list[str]) -> None:
    reader = Csv(path="d.csv")
    preprocessor = check(reader, write_csv(tmp_path / "d.csv", trained), trained)
    path = write_csv(tmp_path / "new.csv", new)
    split = new_data(path, reader, preprocessor, require_targets=True)
    assert isinstance(preprocessor.targets, ClassLabels)
    named = [float(preprocessor.targets.names[index]) for index in split.targets.tolist()]
    assert named == [float(label) for label in rows_of(new)]


def test_a_number_that_is_no_label_is_refused(tmp_path: Path) -> None:
    reader = Csv(path="d.csv")
    preprocessor = check(reader, write_csv(tmp_path / "d.csv", ["001", "002"]), ["001", "002"])
    with pytest.raises(DataError):
        new_data(write_csv(tmp_path / "new.csv", ["003"]), reader, preprocessor, require_targets=True)


def test_negative_labels_are_classes_of_their_own(tmp_path: Path) -> None:
    targets = np.array([-1, 0, 1] * 4)
    np.savez(tmp_path / "d.npz", x=np.arange(12.0)[:, None], y=targets)
    data = load_data(Npz(path="d.npz"), DataPaths(config_folder=tmp_path), split=SplitOptions(train=1.0), seed=0)
    assert data.class_names == ("-1", "0", "1")
    assert data.splits["train"].targets.tolist() == (targets + 1).tolist()


@pytest.mark.parametrize("column", ["a", "day"])
def test_large_integers_group_and_order_without_rounding(tmp_path: Path, column: str) -> None:
    times = 2**53 + np.random.default_rng(0).permutation(50)
    text = "".join(f"{time},{time},{row % 2}\n" for row, time in enumerate(times))
    (tmp_path / "d.csv").write_text("a,day,y\n" + text)
    reader = registry.make(Csv, path="d.csv", label="y")
    data = load_data(reader, DataPaths(config_folder=tmp_path), split=SplitOptions(order_by=column), seed=0)
    assert times[data.indices["train"]].max() < times[data.indices["dev"]].min()
    assert times[data.indices["dev"]].max() < times[data.indices["test"]].min()
    assert [len(rows) for rows in data.indices.values()] == [30, 10, 10]


@pytest.mark.parametrize("kind", [pa.timestamp("ns"), pa.timestamp("ms", "UTC"), pa.date32(), pa.time64("ns")])
def test_timestamps_of_parquet_order_examples(tmp_path: Path, kind: pa.DataType) -> None:
    order = np.random.default_rng(0).permutation(50)
    start = 19_000 if pa.types.is_date(kind) else 0 if pa.types.is_time(kind) else 1_700_000_000_000_000_000
    whole = pa.array((start + order).astype(np.int32 if pa.types.is_date(kind) else np.int64))
    table = pa.table({"a": range(50), "when": whole.cast(kind), "y": [row % 2 for row in range(50)]})
    parquet.write_table(table, tmp_path / "d.parquet")
    reader = registry.make(Parquet, path="d.parquet", label="y", exclude=["when"])
    data = load_data(reader, DataPaths(config_folder=tmp_path), split=SplitOptions(order_by="when"), seed=0)
    assert order[data.indices["test"]].min() == 40
    assert order[data.indices["train"]].max() == 29


def test_many_codes_beyond_64_bits_are_no_classes(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n" + "".join(f"{row},{10**25 + row}\n" for row in range(60)))
    data = load_data(Csv(path="d.csv"), DataPaths(config_folder=tmp_path), split=SplitOptions(), seed=0)
    assert isinstance(data.preprocessor.targets, Values)


def test_values_stand_in_splits_as_in_the_file(tmp_path: Path) -> None:
    targets = [1700000004 + 3 * row for row in range(30)]
    write = "".join(f"{row},{target}\n" for row, target in enumerate(targets))
    (tmp_path / "d.csv").write_text("a,y\n" + write)
    data = load_data(Csv(path="d.csv"), DataPaths(config_folder=tmp_path), split=SplitOptions(), seed=0, targets=Values)
    for name, rows in data.indices.items():
        assert data.splits[name].values.tolist() == [targets[row] for row in rows]


def test_integers_that_may_be_amounts_are_pointed_out(tmp_path: Path) -> None:
    def warnings(labels: range | list[int], **options: Any) -> int:
        write_csv(tmp_path / "d.csv", [*labels])
        data = load_data(
            registry.make(Csv, path="d.csv", **options),
            DataPaths(config_folder=tmp_path),
            split=SplitOptions(train=1.0),
            seed=0,
        )
        return sum("task: regression" in warning for warning in data.warnings)

    assert warnings(range(2, 9)) == 1
    assert warnings(range(10)) == 0  # digits
    assert warnings([1, 2, 3]) == 0
    assert warnings(range(2, 9), class_names=list("abcdefg")) == 0
    write_csv(tmp_path / "d.csv", [*range(2, 9)])
    data = load_data(
        Csv(path="d.csv"),
        DataPaths(config_folder=tmp_path),
        split=SplitOptions(train=1.0),
        seed=0,
        targets=ClassLabels,
    )
    assert not any("task: regression" in warning for warning in data.warnings)
