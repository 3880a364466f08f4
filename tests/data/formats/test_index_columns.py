from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dlcli.core import ConfigError, registry
from dlcli.data import DataPaths, RawData
from dlcli.data.formats import Csv, Parquet
from dlcli.data.formats.index_columns import are_row_numbers

ROWS = [(3 * n % 20, n / 7, "pq"[n % 3 == 0]) for n in range(20)]


def read(folder: Path, name: str, **options: Any) -> RawData:
    lines = [f"{name},a,y", *(f"{index},{value:.3f},{label}" for index, value, label in ROWS)]
    (folder / "a.csv").write_text("\n".join(lines))
    return registry.make(Csv, path="a.csv", **options).read(DataPaths(config_folder=folder))


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "Unnamed: 0.1", "__index_level_0__", "index", "level_0"])
def test_an_index_of_pandas_is_no_input(tmp_path: Path, name: str):
    raw = read(tmp_path, name)
    assert raw.examples.feature_names == ("a",)
    assert repr(name) in raw.warnings[0]
    assert read(tmp_path, name, features=[name, "a"]).examples.feature_names == (name, "a")
    assert read(tmp_path, name, exclude=[name]).warnings == ()
    assert read(tmp_path, name, id=name).warnings == ()


def test_a_column_that_numbers_the_rows_is_named(tmp_path: Path):
    raw = read(tmp_path, "nr")
    assert raw.examples.feature_names == ("nr", "a")
    assert len(raw.warnings) == 1
    assert read(tmp_path, "nr", id="nr").warnings == ()


def test_the_only_input_may_count_up(tmp_path: Path):
    raw = read(tmp_path, "x", exclude=["a"])
    assert raw.examples.feature_names == ("x",)
    assert raw.warnings == ()


def test_the_index_is_never_the_label(tmp_path: Path):
    columns = {"a": [value for _, value, _ in ROWS], "y": [label for _, _, label in ROWS]}
    index = {"__index_level_0__": [place for place, _, _ in ROWS]}
    parquet.write_table(pa.table(columns | index), tmp_path / "a.parquet")
    data_paths = DataPaths(config_folder=tmp_path)
    raw = Parquet(path="a.parquet").read(data_paths)
    assert (raw.examples.feature_names, raw.examples.target_names) == (("a",), ("y",))
    assert len(raw.warnings) == 1
    with pytest.raises(ConfigError) as caught:
        registry.make(Parquet, path="a.parquet", label=-1).read(data_paths)
    assert caught.value.key == "label"


def test_a_named_index_is_never_the_label_silently(tmp_path: Path):
    metadata = {b"pandas": b'{"index_columns": ["user"]}'}
    table = pa.table(
        {"a": [value for _, value, _ in ROWS], "y": [label for *_, label in ROWS], "user": [*range(50, 70)]}
    )
    parquet.write_table(table.replace_schema_metadata(metadata), tmp_path / "a.parquet")
    raw = Parquet(path="a.parquet").read(DataPaths(config_folder=tmp_path))
    assert raw.examples.target_names == ("y",)
    assert any("user" in warning for warning in raw.warnings)


@pytest.mark.parametrize("ends", [",", ",,"])
def test_lines_may_end_in_a_delimiter(tmp_path: Path, ends: str):
    (tmp_path / "a.csv").write_text("".join(f"{line}{ends}\n" for line in ("a,y", "1,p", "2,q")))
    raw = Csv(path="a.csv").read(DataPaths(config_folder=tmp_path))
    assert (raw.examples.feature_names, raw.examples.target_names) == (("a",), ("y",))
    assert len(raw.warnings) == len(ends)


def test_row_numbers_in_any_order():
    draw = np.random.default_rng(0)
    assert are_row_numbers(np.arange(10.0))
    assert are_row_numbers(draw.permutation(10) + 1.0)
    assert not are_row_numbers(np.arange(9.0))  # too few to be sure
    assert not are_row_numbers(np.arange(2.0, 12.0))
    assert not are_row_numbers(np.array([0.0, *range(1, 9), 9, 9, np.nan]))
