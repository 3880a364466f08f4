from __future__ import annotations

import datetime
import decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dlcli.core import DataError, registry
from dlcli.data import DataPaths, RawData
from dlcli.data.formats import Csv, Parquet
from dlcli.data.table import CategoricalColumn, NumericColumn
from dlcli.data.targets import require_targets


def read(tmp_path: Path, columns: dict[str, Any], **options: Any) -> RawData:
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    return registry.make(Parquet, path="a.parquet", **options).read(DataPaths(config_folder=tmp_path))


def test_types_become_kinds(tmp_path: Path):
    raw = read(
        tmp_path,
        {
            "whole": pa.array([1, None, 3], pa.int16()),
            "real": pa.array([0.5, 1.5, None], pa.float32()),
            "flag": [True, False, None],
            "exact": [decimal.Decimal("1.50"), None, decimal.Decimal("2.25")],
            "word": ["a", None, "b "],
            "coded": pa.array(["x", "y", "x"]).dictionary_encode(),
            "digits": ["1", "2", "?"],
            "day": [datetime.date(1970, 1, 2), datetime.date(1970, 1, 3), None],
            "at": pa.array([1, 2, None], pa.timestamp("us")),
            "y": ["no", "yes", "no"],
        },
    )
    columns = raw.examples.inputs.columns
    for name, expected in {
        "whole": [1, np.nan, 3],
        "real": [0.5, 1.5, np.nan],
        "flag": [1, 0, np.nan],
        "exact": [1.5, np.nan, 2.25],
        "digits": [1, 2, np.nan],
        "day": [1, 2, np.nan],
        "at": [1, 2, np.nan],
    }.items():
        assert isinstance(columns[name], NumericColumn)
        np.testing.assert_array_equal(columns[name].numbers, expected)
    assert columns["word"].values().tolist() == ["a", "", "b"]
    assert columns["coded"].values().tolist() == ["x", "y", "x"]
    assert raw.examples.targets.tolist() == ["no", "yes", "no"]


def test_the_same_table_as_csv(tmp_path: Path):
    raw = read(tmp_path, {"a": [1.5, None, 3.0], "b": ["x", "y", None], "y": [0, 1, 1]})
    (tmp_path / "a.csv").write_text("a,b,y\n1.5,x,0\n,y,1\n3,,1\n")
    other = Csv(path="a.csv").read(DataPaths(config_folder=tmp_path))
    for name in ("a", "b"):
        one, two = raw.examples.inputs.columns[name], other.examples.inputs.columns[name]
        assert one.hashes().tolist() == two.hashes().tolist()
    assert raw.examples.targets.tolist() == other.examples.targets.tolist()


def test_numbers_can_be_words_and_ids_stay_exact(tmp_path: Path):
    raw = read(tmp_path, {"id": [2**60 + 1, 2**60 + 2], "zip": [1234, 99], "y": [0, 1]}, categorical=["zip"], id="id")
    assert isinstance(raw.examples.inputs.columns["zip"], CategoricalColumn)
    assert raw.examples.ids.tolist() == [str(2**60 + 1), str(2**60 + 2)]


def test_nested_columns_matter_only_as_features(tmp_path: Path):
    columns = {"list": [[1], [2]], "a": [1.0, 2.0], "y": [0, 1]}
    assert read(tmp_path, columns, exclude=["list"]).examples.feature_names == ("a",)
    with pytest.raises(DataError, match="list<") as caught:
        read(tmp_path, columns)
    assert caught.value.key == "list"


def test_mistakes_have_a_row(tmp_path: Path):
    with pytest.raises(DataError, match=r"a.parquet a: row 2: inf is not finite"):
        read(tmp_path, {"a": [1.0, np.inf], "y": [0, 1]})
    with pytest.raises(DataError, match=r"a.parquet y: row 2: the label is missing"):
        require_targets(read(tmp_path, {"a": [1.0, 2.0], "y": [0, None]}).examples)


def test_what_is_no_parquet(tmp_path: Path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    with pytest.raises(DataError, match="not a Parquet file, or a damaged one"):
        Parquet(path="a.parquet").read(DataPaths(config_folder=tmp_path))
    with pytest.raises(DataError, match="no rows"):
        read(tmp_path, {"a": pa.array([], pa.float64()), "y": pa.array([], pa.int64())})


def test_a_file_is_rejected_by_the_rows_it_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    zeros = np.zeros(1_000_000)
    parquet.write_table(pa.table({"a": zeros, "y": zeros}), tmp_path / "a.parquet")
    monkeypatch.setattr("dlcli.data.formats.decompression.MAX_DECOMPRESSED", 1 << 20)  # 16 MB
    with pytest.raises(DataError) as caught:
        Parquet(path="a.parquet").read(DataPaths(config_folder=tmp_path))
    assert caught.value.file == str(tmp_path / "a.parquet")
