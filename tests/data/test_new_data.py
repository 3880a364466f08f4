from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dlcli.core import DataError, registry
from dlcli.data import Data, DataPaths, DatasetReader, FileFormat, Preprocessor, load_data, new_data
from dlcli.data.embedded import Digits, Iris
from dlcli.data.formats import Csv, Idx, Npy, Npz
from dlcli.settings import SplitOptions

COLUMNS = ["age", "job", "hours", "pay"]
ROWS = "30,nurse,40,low\n50,baker,?,high\n40,nurse,20,low\n60,baker,35,high\n20,smith,50,low\n45,smith,10,high\n"


def load(reader: DatasetReader | FileFormat, folder: Path) -> Data:
    return load_data(reader, DataPaths(config_folder=folder), split=SplitOptions(train=1.0), seed=0)


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Csv, Preprocessor]:
    """A model's reader without a header, and its preprocessing."""
    (tmp_path / "people.csv").write_text(ROWS)
    reader = registry.make(Csv, path="people.csv", columns=COLUMNS, label_strip=".")
    return reader, load(reader, tmp_path).preprocessor


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "30,nurse,40,low\n40,nurse,20,low\n",
        "30,nurse,40\n40,nurse,20\n",
        "hours,job,age\n40,nurse,30\n20,nurse,40\n",
        "hours,more,job,pay,age\n40,x,nurse,low,30\n20,y,nurse,?,40\n",
    ],
)
def test_columns_are_found_by_name_in_any_order(tmp_path: Path, trained: tuple[Csv, Preprocessor], text: str):
    reader, preprocessor = trained
    split = new_data(write(tmp_path / "new.csv", text), reader, preprocessor, require_targets=False)
    x = preprocessor.scaling.inverse(split.inputs)
    names = preprocessor.input_names
    np.testing.assert_allclose(x[:, names.index("age")], [30, 40], rtol=1e-6)
    np.testing.assert_allclose(x[:, names.index("hours")], [40, 20], rtol=1e-6)
    assert x[:, names.index("job=nurse")].tolist() == [1, 1]
    assert split.targets is None
    assert split.ids.tolist() == [0, 1]
    assert ["more" in remark for remark in split.notes if "ignored" in remark] == [True] * ("more" in text)


def test_targets_are_read_if_they_are_required(tmp_path: Path, trained: tuple[Csv, Preprocessor]):
    reader, preprocessor = trained
    path = write(tmp_path / "new.csv", "30,nurse,40,low.\n40,pilot,?,high\n")
    split = new_data(path, reader, preprocessor, require_targets=True)
    assert split.targets.tolist() == [1, 0]
    [remark] = split.notes
    assert all(part in remark for part in ("new", "1 of 2", "job"))
    assert np.isfinite(split.inputs).all()


def test_the_training_file_itself_and_parquet_give_the_same(tmp_path: Path, trained: tuple[Csv, Preprocessor]):
    reader, preprocessor = trained
    once = new_data(tmp_path / "people.csv", reader, preprocessor, require_targets=True)
    table = {
        "pay": ["low", "high", "low", "high", "low", "high"],
        "hours": [40, None, 20, 35, 50, 10],
        "age": [30, 50, 40, 60, 20, 45],
        "job": ["nurse", "baker", "nurse", "baker", "smith", "smith"],
    }
    parquet.write_table(pa.table(table), tmp_path / "new.parquet")
    again = new_data(tmp_path / "new.parquet", reader, preprocessor, require_targets=True)
    assert np.array_equal(once.inputs, again.inputs)
    assert np.array_equal(once.targets, again.targets)


@pytest.mark.parametrize(
    ("text", "require_targets", "message"),
    [
        ("age,jobb,hours\n1,a,2\n", False, "the file lacks job; job: unknown column; did you mean jobb"),
        ("age,job,hours\n1,a,2\n", True, "the file lacks pay"),
        ("age,job,hours,pay\n1,nurse,2,lo\n", True, "new has the label 'lo' in pay"),
        ("age,job,hours,pay\n1,nurse,2,\n", True, "new.csv:2 pay: the label is missing"),
        ("age,job,hours,pay\nx,nurse,2,low\n", True, "new.csv:2 age: expected a number, got 'x'"),
        ("", False, "the file is empty"),
    ],
)
def test_what_is_missing_or_unknown_is_named(
    tmp_path: Path, trained: tuple[Csv, Preprocessor], text: str, require_targets: bool, message: str
):
    path = write(tmp_path / "new.csv", text)
    reader = registry.make(Csv, path="people.csv", label="pay", label_strip=".")
    with pytest.raises(DataError) as caught:
        new_data(path, reader, trained[1], require_targets=require_targets)
    assert message in str(caught.value)


def test_a_header_of_other_names_is_no_row(tmp_path: Path, trained: tuple[Csv, Preprocessor]):
    path = write(tmp_path / "new.csv", "Age,job,hours,pay\n30,nurse,40,low\n")
    with pytest.raises(DataError, match=r"the file lacks age; age: unknown column"):
        new_data(path, *trained, require_targets=False)


def test_excluded_columns_are_not_noted(tmp_path: Path):
    write(tmp_path / "a.csv", "n,x,y\n1,1,a\n2,2,b\n3,3,a\n4,4,b\n")
    reader = registry.make(Csv, path="a.csv", exclude=["n"])
    preprocessor = load(reader, tmp_path).preprocessor
    assert new_data(tmp_path / "a.csv", reader, preprocessor, require_targets=False).notes == ()


def test_ids_of_new_rows(tmp_path: Path):
    write(tmp_path / "a.csv", "who,x,y\np1,1,a\np2,2,b\np3,3,a\np4,4,b\n")
    reader = registry.make(Csv, path="a.csv", id="who")
    preprocessor = load(reader, tmp_path).preprocessor
    split = new_data(write(tmp_path / "b.csv", "x,who\n1,q7\n"), reader, preprocessor, require_targets=False)
    assert split.ids.tolist() == ["q7"]
    split = new_data(write(tmp_path / "c.csv", "x\n1\n"), reader, preprocessor, require_targets=False)
    assert split.ids.tolist() == [0]


@pytest.fixture
def digits(tmp_path: Path) -> tuple[np.ndarray, np.ndarray, Preprocessor]:
    examples = Digits().read(DataPaths()).examples
    return examples.inputs[:20], examples.targets[:20], load(Digits(), tmp_path).preprocessor


@pytest.mark.parametrize("form", ["npz", "npz flat", "npy", "idx", "csv", "csv with header", "tsv", "parquet"])
def test_every_format_serves_a_model_of_arrays(tmp_path: Path, digits: tuple[Any, Any, Preprocessor], form: str):
    x, y, preprocessor = digits
    flat = x.reshape(20, 64).astype(int)
    rows = np.column_stack([flat, y])
    targets_path = None
    header = "\t".join([*(f"p{n}" for n in range(64)), "digit"])
    if form.startswith("npz"):
        np.savez(tmp_path / "new.npz", x=flat if "flat" in form else x, y=y)
    elif form == "npy":
        np.save(tmp_path / "new.npy", x[..., 0])
        np.save(tmp_path / "y.npy", y)
        targets_path = tmp_path / "y.npy"
    elif form == "idx":
        (tmp_path / "new-images-idx3-ubyte").write_bytes(
            struct.pack(">BBBB3I", 0, 0, 8, 3, 20, 8, 8) + x.astype(np.uint8).tobytes()
        )
        (tmp_path / "new-labels-idx1-ubyte").write_bytes(
            struct.pack(">BBBBI", 0, 0, 8, 1, 20) + y.astype(np.uint8).tobytes()
        )
    elif form == "parquet":
        columns = {"digit": y} | {f"p{n}": flat[:, n] for n in range(64)}
        parquet.write_table(pa.table(columns), tmp_path / "new.parquet")
    else:
        delimiter = "\t" if form == "tsv" else ","
        np.savetxt(
            tmp_path / f"new.{form[:3]}",
            rows,
            fmt="%d",
            delimiter=delimiter,
            header=header.replace("\t", delimiter) if form == "csv with header" else "",
            comments="",
        )
    path = tmp_path / ("new-images-idx3-ubyte" if form == "idx" else f"new.{form.split()[0]}")
    split = new_data(path, Digits(), preprocessor, require_targets=True, targets_path=targets_path)
    assert np.array_equal(split.inputs, preprocessor.inputs(x))
    assert np.array_equal(split.targets, y)
    assert new_data(path, Digits(), preprocessor, require_targets=False).targets is None


def test_named_features_of_an_array_are_found_by_name(tmp_path: Path):
    preprocessor = load(Iris(), tmp_path).preprocessor
    examples = Iris().read(DataPaths()).examples
    names = examples.feature_names
    columns = {name: examples.inputs[:5, place] for place, name in reversed(list(enumerate(names)))}
    parquet.write_table(pa.table(columns), tmp_path / "new.parquet")
    split = new_data(tmp_path / "new.parquet", Iris(), preprocessor, require_targets=False)
    assert np.array_equal(split.inputs, preprocessor.inputs(examples.inputs[:5]))
    del columns[names[0]]
    parquet.write_table(pa.table(columns), tmp_path / "new.parquet")
    with pytest.raises(DataError, match=r"the file lacks sepal length \(cm\)"):
        new_data(tmp_path / "new.parquet", Iris(), preprocessor, require_targets=False)


def test_the_readers_options_hold_for_its_own_format(tmp_path: Path):
    np.savez(tmp_path / "a.npz", images=np.random.random((9, 2)), kind=np.arange(9) % 2)
    reader = Npz(path="a.npz", inputs="images", targets="kind")
    preprocessor = load(reader, tmp_path).preprocessor
    assert len(new_data(tmp_path / "a.npz", reader, preprocessor, require_targets=True)) == 9
    (tmp_path / "renamed").write_bytes((tmp_path / "a.npz").read_bytes())
    assert len(new_data(tmp_path / "renamed", reader, preprocessor, require_targets=True)) == 9


def test_unreadable_files_are_errors_with_a_code(tmp_path: Path, digits: tuple[Any, Any, Preprocessor]):
    x, _, preprocessor = digits
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "wide.npy", np.zeros((3, 65)))
    np.save(tmp_path / "nan.npy", np.full((1, 64), np.nan))
    write(tmp_path / "x.json", "[]")
    write(tmp_path / "narrow.csv", "1,2\n")
    write(tmp_path / "holes.csv", ",".join(["1"] * 64) + "\n" + ",".join(["1"] * 63) + ",?\n")
    for name, require_targets, code, part in [
        ("absent.csv", False, "missing_file", ""),
        ("x.json", False, "wrong_format", ".csv"),
        ("x.npy", True, "missing_file", ".npz"),
        ("wide.npy", False, "wrong_shape", "(N, 8, 8, 1)"),
        ("nan.npy", False, "non_finite", "64 NaN"),
        ("narrow.csv", False, "wrong_shape", "expected 64 columns of inputs, got 2"),
        ("holes.csv", False, "missing_value", "holes.csv:2 column_63"),
    ]:
        with pytest.raises(DataError) as caught:
            new_data(tmp_path / name, Digits(), preprocessor, require_targets=require_targets)
        assert caught.value.code == code
        assert part in str(caught.value)


def test_large_new_files_stay_on_disk(tmp_path: Path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((200_000, 2)))
    np.save(tmp_path / "y.npy", np.arange(200_000) % 2)
    reader = Npy(path="x.npy", targets_path="y.npy", memory_limit_mib=1)
    preprocessor = load(reader, tmp_path).preprocessor
    split = new_data(tmp_path / "x.npy", reader, preprocessor, require_targets=False)
    assert not isinstance(split.inputs, np.ndarray)
    assert len(split) == 200_000


def test_idx_of_the_run(tmp_path: Path):
    content = struct.pack(">BBBB2I", 0, 0, 8, 2, 4, 1) + bytes([1, 2, 3, 4])
    labels = struct.pack(">BBBBI", 0, 0, 8, 1, 4) + bytes([0, 1, 0, 1])
    (tmp_path / "a.idx").write_bytes(content)
    (tmp_path / "b.idx").write_bytes(labels)
    reader = Idx(path="a.idx", targets_path="b.idx")
    preprocessor = load(reader, tmp_path).preprocessor
    split = new_data(tmp_path / "a.idx", reader, preprocessor, require_targets=True, targets_path=tmp_path / "b.idx")
    assert split.targets.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("new.csv", "a;b;y\n0,5;1,5;2,5\n"),
        ("new.tsv", "a\tb\ty\n0,5\t1,5\t2,5\n"),
        ("other.csv", 'a,b,y\n"0,5","1,5","2,5"\n'),
    ],
)
def test_decimal_commas_of_new_files_are_read_as_in_training(tmp_path: Path, name: str, text: str):
    rows = "".join(f"{n},5;{n * n},25;{3 * n % 7},5\n" for n in range(20))
    write(tmp_path / "a.csv", f"a;b;y\n{rows}")
    reader = registry.make(Csv, path="a.csv", delimiter=";", decimal=",")
    preprocessor = load(reader, tmp_path).preprocessor
    split = new_data(write(tmp_path / name, text), reader, preprocessor, require_targets=True)
    assert preprocessor.scaling.inverse(split.inputs).round(4).tolist() == [[0.5, 1.5]]
    assert split.targets.tolist() == [[2.5]]
    assert len(split.notes) == (name != "new.csv")
    wrong = write(tmp_path / "wrong.csv", "a;b;y\n1;2;0.5\n")
    with pytest.raises(DataError) as caught:
        new_data(wrong, reader, preprocessor, require_targets=True)
    assert (caught.value.line, caught.value.key) == (2, "y")


def test_an_index_column_is_not_an_input_of_a_model_of_arrays(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).normal(size=(20, 2)), y=np.arange(20) % 2)
    preprocessor = load(Npz(path="a.npz"), tmp_path).preprocessor
    path = write(tmp_path / "new.csv", ",u,v,y\n0,0.5,1.5,1\n1,2.5,3.5,0\n")
    split = new_data(path, Npz(path="a.npz"), preprocessor, require_targets=True)
    assert preprocessor.scaling.inverse(split.inputs).round(4).tolist() == [[0.5, 1.5], [2.5, 3.5]]
    assert split.targets.tolist() == [1, 0]


def test_many_categories_are_encoded_batch_by_batch(tmp_path: Path):
    rows = "".join(f"c{n % 4000},{n % 2}\n" for n in range(40_000))
    write(tmp_path / "a.csv", f"a,y\n{rows}")
    split = load(Csv(path="a.csv"), tmp_path).splits["train"]
    assert not isinstance(split.inputs, np.ndarray)
    batch = split.gather(np.arange(5))
    assert batch.inputs.shape == (5, split.inputs.shape[1])
    assert batch.inputs.sum() == 5
