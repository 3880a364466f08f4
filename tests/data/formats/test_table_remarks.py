from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from dlcli.core import DataError, registry
from dlcli.data import DataPaths, RawData
from dlcli.data.formats import Csv, Jsonl, Parquet
from dlcli.data.table import CategoricalColumn, NumericColumn
from dlcli.data.targets import require_targets

COUNT = 40


def read(folder: Path, kind: str, columns: dict[str, list[Any]], **options: Any) -> RawData:
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    path = folder / f"a.{kind}"
    if kind == "csv":
        lines = [",".join(columns), *(",".join(f'"{cell}"' for cell in row.values()) for row in rows)]
        path.write_text("\n".join(lines))
        return registry.make(Csv, path=path.name, **options).read(DataPaths(config_folder=folder))
    if kind == "jsonl":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        return registry.make(Jsonl, path=path.name, **options).read(DataPaths(config_folder=folder))
    parquet.write_table(pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}), path)
    return registry.make(Parquet, path=path.name, **options).read(DataPaths(config_folder=folder))


def drawn(*words: str) -> list[str]:
    chance = random.Random(0)
    return [*words, *(chance.choice(words) for _ in range(COUNT - len(words)))]


LABELS = drawn("p", "q")
KINDS = pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])


@KINDS
@pytest.mark.parametrize("word", ["None", "NULL", "n/a", "#N/A", "<NA>", "-NaN", "1.#QNAN", ""])
def test_words_for_missing_numbers(tmp_path: Path, kind: str, word: str):
    for additional in ([], ["x"]):  # additional words do not replace the default words
        raw = read(tmp_path, kind, {"a": drawn("1", word, word, "2.5"), "y": LABELS}, missing_values=additional)
        column = raw.examples.inputs.columns["a"]
        assert isinstance(column, NumericColumn)
        assert int(column.missing.sum()) == drawn("1", word, word, "2.5").count(word)
        assert raw.warnings == ()


@KINDS
@pytest.mark.parametrize("word", ["-", ".", "nil", "missing", "Nil"])
def test_placeholders_are_missing_among_numbers_only(tmp_path: Path, kind: str, word: str):
    raw = read(tmp_path, kind, {"a": drawn("1", word, "2.5"), "b": drawn("u", word), "y": LABELS})
    assert isinstance(raw.examples.inputs.columns["a"], NumericColumn)
    assert set(raw.examples.inputs.columns["b"].categories) == {"u", word}
    (warning,) = raw.warnings
    assert repr(word) in warning


@KINDS
def test_a_word_that_may_be_a_value_is_named(tmp_path: Path, kind: str):
    columns = {"plan": drawn("None", "Basic", "Full"), "y": LABELS}
    (warning,) = read(tmp_path, kind, columns).warnings
    assert "'None'" in warning
    raw = read(tmp_path, kind, columns, default_missing_values=False)
    assert raw.warnings == ()
    assert set(raw.examples.inputs.columns["plan"].categories) == {"None", "Basic", "Full"}


@KINDS
def test_a_label_that_may_be_a_class_is_named(tmp_path: Path, kind: str):
    columns = {"a": drawn("1", "2"), "y": drawn("DE", "NA", "FR")}
    with pytest.raises(DataError) as caught:
        require_targets(read(tmp_path, kind, columns).examples)
    assert caught.value.key == "y"
    assert caught.value.line == {"csv": 3, "jsonl": 2}.get(kind)
    assert "'NA'" in caught.value.message
    assert set(read(tmp_path, kind, columns, default_missing_values=False).examples.targets) == {"DE", "NA", "FR"}
    (warning,) = read(tmp_path, kind, columns, drop_missing_labels=True).warnings
    assert "'NA'" in warning


@KINDS
@pytest.mark.parametrize(
    ("words", "options", "numbers"),
    [
        (("0,5", "1,5"), {"decimal": ","}, {0.5, 1.5}),
        (("512,309", "1,000"), {"thousands": ","}, {512309, 1000}),
        (("1.234,5", "7,5"), {"decimal": ",", "thousands": "."}, {1234.5, 7.5}),
        (("$1,234", "$5"), {"thousands": ",", "numeric": ["a", "t"]}, {1234, 5}),
        (("45.1 %", "3 %"), {"numeric": ["a", "t"]}, {45.1, 3}),
    ],
)
def test_marked_numbers_are_named_or_read(
    tmp_path: Path, kind: str, words: tuple[str, ...], options: dict[str, Any], numbers: set[float]
):
    columns = {
        "a": drawn(*words),
        "t": [f"{n}.5" if options.get("decimal") is None else f"{n},5" for n in range(COUNT)],
    }
    target = {"t": drawn(*words), "a": columns["t"]}
    raw = read(tmp_path, kind, {"a": columns["a"], "y": LABELS})
    (warning,) = raw.warnings
    assert repr(words[0]) in warning
    assert isinstance(raw.examples.inputs.columns["a"], CategoricalColumn)
    raw = read(tmp_path, kind, columns, **options)
    assert set(raw.examples.inputs.columns["a"].numbers) == numbers
    assert raw.warnings == ()
    raw = read(tmp_path, kind, target, label="t", **options)
    assert set(raw.examples.targets.tolist()) == numbers


@pytest.mark.parametrize("words", [["0,{n}"], ["1,{n:03}"], ["${n}.5"], ["{n}.5 %"], ["{n}.25"]])
def test_a_label_of_values_is_not_taken_for_classes(tmp_path: Path, words: list[str]):
    cells = [words[n % len(words)].format(n=n + 1) for n in range(COUNT)]
    cells = [*cells[:-1], "oops"] if words == ["{n}.25"] else cells
    with pytest.raises(DataError) as caught:
        read(tmp_path, "csv", {"a": drawn("1", "2"), "y": cells})
    assert (caught.value.key, caught.value.line) == ("y", COUNT + 1 if "oops" in cells else 2)
    assert read(tmp_path, "csv", {"a": drawn("1", "2"), "y": cells}, categorical=["y"]).examples.targets[0] == cells[0]


def test_few_marked_numbers_may_be_classes(tmp_path: Path):
    raw = read(tmp_path, "csv", {"a": drawn("1", "2"), "y": drawn("10%", "20%")})
    assert set(raw.examples.targets) == {"10%", "20%"}
    assert len(raw.warnings) == 1


def test_words_of_two_unicode_forms_are_one(tmp_path: Path):
    raw = read(tmp_path, "csv", {"a": drawn("1", "2"), "y": drawn("caf\u00e9", "cafe\u0301", "x")})
    assert set(raw.examples.targets) == {"caf\u00e9", "x"}
    assert len(raw.warnings) == 1


@pytest.mark.parametrize(
    ("header", "cells", "is_data"),
    [
        ("0.1,0.7,yes", ("{n}.5", "0.{n}", "yes"), True),
        ("39,State-gov,<=50K", ("{n}.5", "Private", "<=50K"), True),
        ("x,yes", ("x", "yes"), True),
        ("?,0.7,yes", ("{n}.5", "0.{n}", "yes"), True),
        ("0,1,2", ("{n}.5", "0.{n}", "yes"), False),
        ("a,0.7,y", ("{n}.5", "0.{n}", "yes"), False),
        ("a,b,y", ("{n}.5", "0.{n}", "yes"), False),
    ],
)
def test_a_header_that_looks_like_data_is_named(tmp_path: Path, header: str, cells: tuple[str, ...], is_data: bool):
    lines = [",".join(cell.format(n=3 * n % 8) for cell in cells) for n in range(8)]
    (tmp_path / "a.csv").write_text("\n".join([header, *lines]))
    data_paths = DataPaths(config_folder=tmp_path)
    assert len(Csv(path="a.csv").read(data_paths).warnings) == is_data
    assert Csv(path="a.csv", header=True).read(data_paths).warnings == ()
    if "State" not in header:
        assert len(Csv(path="a.csv", header=False).read(data_paths).examples) == 9


def test_identifiers_are_named(tmp_path: Path):
    columns = {"who": [f"u{n}" for n in range(COUNT)], "a": drawn("1", "2"), "y": LABELS}
    (warning,) = read(tmp_path, "csv", columns).warnings
    assert "who" in warning
    assert read(tmp_path, "csv", columns, id="who").warnings == ()


def test_remarks_of_one_kind_are_few(tmp_path: Path):
    columns = {f"c{n}": drawn("0,5", "1,5") for n in range(30)} | {"y": LABELS}
    warnings = read(tmp_path, "csv", columns).warnings
    assert len(warnings) == 6
    assert "25" in warnings[-1]


@KINDS
def test_identifiers_are_one_remark_whatever_else_is_odd(tmp_path: Path, kind: str):
    columns = {"day": [f"2021-01-{n:02}" for n in range(COUNT - 1)] + ["NA"], "a": drawn("1", "2"), "y": LABELS}
    raw = read(tmp_path, kind, columns, default_missing_values=False)
    assert len(raw.warnings) == 1
    assert raw.examples.uninformative == {"day"}


def test_an_index_that_counts_is_one_remark(tmp_path: Path):
    table = pa.table({"row": range(COUNT), "a": range(0, 3 * COUNT, 3), "y": LABELS})
    pandas = {"index_columns": ["row"], "column_indexes": [], "columns": [], "pandas_version": "2.0.0"}
    parquet.write_table(table.replace_schema_metadata({"pandas": json.dumps(pandas)}), tmp_path / "a.parquet")
    raw = Parquet(path="a.parquet").read(DataPaths(config_folder=tmp_path))
    assert len(raw.warnings) == 1
    assert raw.examples.uninformative == {"row"}
