from __future__ import annotations

import os
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError, registry
from dlcli.data import ClassLabels, Data, DataPaths, DatasetReader, FileFormat, TransformedRows, Values, load_data
from dlcli.data.embedded import Diabetes, Digits, Iris
from dlcli.data.formats import Conll, Csv, Idx, Lines, Npy, Npz
from dlcli.data.normalization import MinMax, Standard
from dlcli.settings import SplitOptions

ADULT_COLUMNS = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race",
    "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
]  # fmt: skip

needs_data = pytest.mark.skipif(
    "DLCLI_DATA" not in os.environ, reason="DLCLI_DATA, the folder of real data, is not set"
)


def load(
    reader: DatasetReader | FileFormat, data_paths: DataPaths | None = None, seed: int = 0, **split: object
) -> Data:
    return load_data(reader, data_paths or DataPaths(), split=SplitOptions(**split), seed=seed)


def test_digits_are_split_and_normalized():
    data = load(Digits(), stratify=True)
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 1078, "dev": 360, "test": 359}
    train = data.splits["train"]
    assert train.inputs.dtype == np.float32
    np.testing.assert_allclose(train.inputs.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    assert data.input_shape == (8, 8, 1)
    assert isinstance(data.preprocessor.targets, ClassLabels)
    assert data.class_names == tuple("0123456789")
    assert train.targets.dtype == np.int64
    assert np.array_equal(train.ids, data.indices["train"])
    assert list(data.fingerprint) == ["digits.csv.gz"]


def test_values_have_a_unit():
    data = load_data(Diabetes(), DataPaths(), split=SplitOptions(), seed=0, target_normalization=Standard())
    train = data.splits["train"]
    assert isinstance(data.preprocessor.targets, Values)
    assert data.class_names is None
    assert train.targets.shape == (265, 1)
    assert train.targets.dtype == np.float32
    np.testing.assert_allclose(train.targets.std(), 1, rtol=1e-5)
    np.testing.assert_allclose(data.preprocessor.targets.inverse(train.targets).max(), 346, rtol=1e-6)  # 25…346


def test_the_kind_of_targets_can_be_set():
    data = load_data(Iris(), DataPaths(), split=SplitOptions(), seed=0, targets=Values, normalization=MinMax())
    assert data.splits["train"].targets.shape == (90, 1)


def test_duplicates_across_splits_are_reported(tmp_path: Path):
    x = np.arange(20.0)[:, np.newaxis]
    x[19] = x[0]
    x[18] = x[0]
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(20) % 2)
    np.savez(tmp_path / "i.npz", train=np.arange(15), dev=np.arange(15, 20))
    data = load(Npz(path="a.npz"), DataPaths(config_folder=tmp_path), indices="i.npz")
    assert [(overlap.count, overlap.conflicting) for overlap in data.overlaps] == [(2, 1)]
    [warning] = data.warnings
    assert all(part in warning for part in ("2 of 5", "dev", "40 %", "train", "1 of them"))


@pytest.fixture
def repeated_images(tmp_path: Path) -> DataPaths:
    """20 images of 3 groups: dev shares two images with train, and test one with each of them."""
    images = np.random.default_rng(0).random((20, 4, 4, 1))
    images[[12, 13]] = images[[3, 3]]
    images[[16, 17]] = images[[5, 15]]
    groups = np.repeat([0, 1, 2], [8, 6, 6])
    np.savez(tmp_path / "a.npz", x=images, y=np.arange(20) % 2, g=groups)
    np.savez(tmp_path / "i.npz", train=np.arange(12), dev=np.arange(12, 16), test=np.arange(16, 20))
    return DataPaths(config_folder=tmp_path)


def test_identical_inputs_in_two_splits_can_be_refused(repeated_images: DataPaths):
    reader = Npz(path="a.npz")
    data = load(reader, repeated_images, indices="i.npz")
    assert [(it.first, it.second, it.count, it.rows) for it in data.overlaps] == [
        ("train", "dev", 2, (3, 0)), ("train", "test", 1, (5, 0)), ("dev", "test", 1, (3, 1)),
    ]  # fmt: skip
    with pytest.raises(DataError) as caught:
        load(reader, repeated_images, indices="i.npz", overlap="error")
    assert (caught.value.code, caught.value.key) == ("duplicate_examples", "split.overlap")
    pairs = ("2 of 4 dev", "1 of 4 test", "dev example 12 equal those of train example 3", "test example 17")
    assert all(part in caught.value.message for part in pairs)
    ignored = load(reader, repeated_images, indices="i.npz", overlap="ignore")
    assert (ignored.overlaps, ignored.warnings) == ((), ())
    for name, split in data.splits.items():
        assert np.array_equal(split.inputs, ignored.splits[name].inputs)


def test_groups_of_two_splits_can_be_refused(repeated_images: DataPaths):
    reader = registry.make(Npz, path="a.npz")
    np.savez(
        repeated_images.config_folder / "distinct.npz", train=np.arange(5, 12), dev=np.arange(13, 16), test=[18, 19]
    )
    with pytest.raises(DataError) as caught:
        load(reader, repeated_images, indices="distinct.npz", group_by="g", overlap="error")
    assert (caught.value.code, caught.value.key) == ("duplicate_examples", "split.overlap")
    assert all(part in caught.value.message for part in ("group 1 is in train", "group 2 is in dev"))
    assert load(reader, repeated_images, indices="distinct.npz", group_by="g", overlap="ignore").warnings == ()
    assert load(reader, repeated_images, indices="distinct.npz", overlap="error").warnings == ()


def test_a_test_set_of_the_data_is_searched_for_training_examples(tmp_path: Path):
    x = np.arange(20.0)[:, np.newaxis]
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(20) % 2, x_test=[[50.0], [4.0]], y_test=[0, 1])
    reader = Npz(path="a.npz", test_inputs="x_test", test_targets="y_test")
    with pytest.raises(DataError) as caught:
        load(reader, DataPaths(config_folder=tmp_path), train_dev=0.2, overlap="error")
    assert "1 of 2 test examples" in caught.value.message


def test_stored_indices_give_the_same_splits(tmp_path: Path):
    first = load(Iris(), train_dev=0.1)
    np.savez(tmp_path / "splits.npz", **first.indices)
    second = load(Iris(), DataPaths(config_folder=tmp_path), seed=9, indices="splits.npz")
    assert list(second.splits) == ["train", "train_dev", "dev", "test"]
    for name, split in first.splits.items():
        assert np.array_equal(split.inputs, second.splits[name].inputs)
    np.savez(tmp_path / "bad.npz", train=[0, 1, 2], dev=[2, 3])
    with pytest.raises(DataError, match=r"train and dev .* example 2") as caught:
        load(Iris(), DataPaths(config_folder=tmp_path), indices="bad.npz")
    assert caught.value.code == "duplicate_examples"


@pytest.fixture
def two_sources(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    for name, count, words in (("web", 200, ["a", "b"]), ("app", 100, ["b", "c"])):
        rows = [f"{draw.normal():.6f},{draw.choice(words)},{draw.integers(2)}" for _ in range(count)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["x,w,y", *rows]) + "\n")
    return tmp_path


def test_dev_and_test_are_drawn_from_one_file(two_sources: Path):
    data = load(
        Csv(),
        DataPaths(config_folder=two_sources),
        files={"train": "web.csv", "dev": "app.csv"},
        train=0.8,
        dev=0.12,
        test=0.08,
        train_dev=0.1,
    )
    assert {name: len(split) for name, split in data.splits.items()} == {
        "train": 180, "train_dev": 20, "dev": 60, "test": 40,
    }  # fmt: skip
    shared = np.concatenate([data.indices["dev"], data.indices["test"]])
    assert np.array_equal(np.sort(shared), np.arange(100))
    assert set(data.fingerprint) == {"web.csv", "app.csv"}
    assert any(warning.startswith("dev: ") and " of w " in warning for warning in data.warnings)


def test_the_dev_file_does_not_change_the_statistics(two_sources: Path):
    data_paths = DataPaths(config_folder=two_sources)
    files = {"train": "web.csv", "dev": "app.csv"}
    before = load(Csv(), data_paths, files=files).preprocessor.to_json()
    app = two_sources / "app.csv"
    app.write_text(app.read_text().replace("0.", "9."))
    assert load(Csv(), data_paths, files=files).preprocessor.to_json() == before


def test_files_of_splits_apply_only_to_some_formats(two_sources: Path):
    with pytest.raises(ConfigError) as caught:
        load(Iris(), files={"train": "web.csv"})
    assert (caught.value.code, caught.value.key) == ("not_applicable", "split.files")
    with pytest.raises(ConfigError, match="got Npy"):
        load(Npy(path="x", targets_path="y"), DataPaths(config_folder=two_sources), files={"train": "web.csv"})


def test_a_group_among_the_inputs_is_a_warning(two_sources: Path):
    path = two_sources / "web.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(["g," + lines[0], *(f"g{n % 50},{line}" for n, line in enumerate(lines[1:]))]) + "\n")
    data = load(Csv(path="web.csv"), DataPaths(config_folder=two_sources), group_by="g")
    assert any("exclude" in warning for warning in data.warnings)
    assert not load(
        registry.make(Csv, path="web.csv", exclude=["g"]), DataPaths(config_folder=two_sources), group_by="g"
    ).warnings


def test_splits_that_share_a_group_are_reported(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.arange(12.0), y=np.arange(12) % 2, g=np.arange(12) // 4)
    np.savez(tmp_path / "i.npz", train=np.arange(6), dev=np.arange(6, 12))
    data = load(Npz(path="a.npz"), DataPaths(config_folder=tmp_path), indices="i.npz", group_by="g")
    [warning] = data.warnings
    assert all(part in warning for part in ("group 1", "train", "dev"))
    assert load(Npz(path="a.npz"), DataPaths(config_folder=tmp_path), group_by="g", train=0.7, dev=0.3).warnings == ()


def test_an_unseen_label_in_the_test_set(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.random.random((20, 2)), y=np.arange(20) % 2, x_test=np.ones((1, 2)), y_test=[7])
    reader = Npz(path="a.npz", test_inputs="x_test", test_targets="y_test")
    with pytest.raises(DataError, match=r"test .*'7'") as caught:
        load(reader, DataPaths(config_folder=tmp_path))
    assert caught.value.code == "unknown_label"


def test_a_test_set_of_another_shape(tmp_path: Path):
    np.savez(
        tmp_path / "a.npz", x=np.random.random((20, 2)), y=np.arange(20) % 2, x_test=np.ones((2, 3)), y_test=[0, 1]
    )
    reader = Npz(path="a.npz", test_inputs="x_test", test_targets="y_test")
    with pytest.raises(DataError, match=r"\(N, 2\), got \(2, 3\)"):
        load(reader, DataPaths(config_folder=tmp_path))


@pytest.mark.parametrize("width", [64, 256])
def test_the_memory_does_not_grow_with_a_mapped_file(tmp_path: Path, width: int):
    count = 50_000
    inputs = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.float32, shape=(count, width))
    inputs[:, 0] = np.arange(count)  # the rest of the file is a hole: 12 or 49 MiB of zeros
    inputs.flush()
    del inputs
    np.save(tmp_path / "y.npy", np.arange(count) % 2)
    reader = Npy(path="x.npy", targets_path="y.npy", memory_limit_mib=4)
    tracemalloc.start()
    data = load(reader, DataPaths(config_folder=tmp_path))
    train = data.splits["train"]
    for batch in range(20):
        train.gather(np.arange(batch, len(train), 400))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(train.inputs, TransformedRows)
    assert peak < 12 * 2**20  # the indices, hashes and targets of 50,000 examples and one chunk of 1 MiB
    in_memory = load(Npy(path="x.npy", targets_path="y.npy"), DataPaths(config_folder=tmp_path))
    indices = np.array([5, 0, 29_999])
    assert np.array_equal(train.gather(indices).inputs, in_memory.splits["train"].gather(indices).inputs)


@needs_data
def test_adult():
    reader = registry.make(
        Csv,
        path="adult.data",
        test_path="adult.test",
        test_skip_rows=1,
        label_strip=".",
        columns=ADULT_COLUMNS,
        folder="adult",
    )
    data = load(reader)
    assert data.class_names == ("<=50K", ">50K")
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 26049, "dev": 6512, "test": 16281}
    test = data.splits["test"]
    assert int((test.targets == 1).sum()) == 3846  # adult.names: 23.62 % of 16,281 earn more than 50K
    names = data.preprocessor.input_names
    assert {"age", "workclass=<missing>", "native-country=<missing>", "sex=Male"} <= set(names)
    assert not any("?" in name for name in names)
    assert np.isfinite(test.inputs).all()
    start = time.perf_counter()
    load(reader)
    assert time.perf_counter() - start < 1.5  # 0.3 s on an idle machine


@needs_data
def test_fashion_mnist():
    reader = Idx(
        path="train-images-idx3-ubyte.gz",
        targets_path="train-labels-idx1-ubyte.gz",
        test_path="t10k-images-idx3-ubyte.gz",
        test_targets_path="t10k-labels-idx1-ubyte.gz",
        folder="fashion_mnist",
    )
    data = load(reader, train=0.9, dev=0.1)
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 54000, "dev": 6000, "test": 10000}
    assert data.input_shape == (28, 28, 1)
    assert np.bincount(data.splits["test"].targets).tolist() == [1000] * 10
    start = time.perf_counter()
    load(reader, train=0.9, dev=0.1)
    assert time.perf_counter() - start < 3  # 0.6 s on an idle machine


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"y": "0.1"}, ["y"]),
        ({"y": "0.1", "z": "{row}.5"}, ["y"]),
        ({"y": "7", "z": "1e9"}, ["y", "z"]),
        ({"y": "{row}.25"}, []),
    ],
)
def test_a_constant_target_is_named(tmp_path: Path, columns: dict[str, str], named: list[str]):
    rows = "".join(f"{row},{','.join(it.format(row=row) for it in columns.values())}\n" for row in range(40))
    (tmp_path / "d.csv").write_text(f"x,{','.join(columns)}\n{rows}", encoding="utf-8")
    reader = registry.make(Csv, path="d.csv", label=list(columns))
    data = load_data(reader, DataPaths(tmp_path), split=SplitOptions(), seed=0, targets=Values)
    warnings = [warning for warning in data.warnings if "predict" in warning]
    assert len(warnings) == len(named)
    for warning, name in zip(warnings, named, strict=True):
        assert name in warning.split()


COUNT = 120


def write_csv(folder: Path, columns: dict[str, list[object]]) -> Csv:
    rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "a.csv").write_text("\n".join(rows))
    return Csv(path="a.csv")


def drawn(*values: object) -> list[object]:
    return np.random.default_rng(1).choice(np.array(values, dtype=object), COUNT).tolist()


@pytest.mark.parametrize(
    "column",
    [
        [f"2021-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(COUNT)],  # every value once
        [f"2021-{1 + day // 28:02}-{1 + day % 28:02}" for day in drawn(*range(COUNT))],  # some several times
        [f"0\u002c{number}" for number in range(COUNT)],
        list(range(COUNT)),
    ],
)
def test_one_cause_is_one_warning(tmp_path: Path, column: list[object]):
    quoted = [f'"{cell}"' for cell in column]
    labels = ["p" if row < COUNT // 2 else "q" for row in range(COUNT)]  # determined by row numbers
    words = drawn("p", "q") if isinstance(column[0], str) else labels
    reader = write_csv(tmp_path, {"odd": quoted, "a": np.random.default_rng(0).normal(size=COUNT).tolist(), "y": words})
    data = load(reader, DataPaths(config_folder=tmp_path))
    (warning,) = data.warnings
    assert "odd" in warning


@pytest.mark.parametrize("cells", [[*range(14, 40), 99], [*range(14, 40), 99.5]])
def test_an_unseen_integer_may_be_a_value(tmp_path: Path, cells: list[float]):
    targets = [cells[row % 26] for row in range(COUNT)]
    reader = write_csv(tmp_path, {"a": drawn(1.5, 2.5), "y": targets})
    reader_paths = DataPaths(config_folder=tmp_path)
    (tmp_path / "dev.csv").write_text(f"a,y\n1.5,{cells[-1]}\n2.5,14\n")
    files = {"train": "a.csv", "dev": "dev.csv"}
    with pytest.raises(DataError) as caught:
        load(reader, reader_paths, files=files)
    assert "task: regression" in caught.value.message
    with pytest.raises(DataError) as caught:
        load_data(reader, reader_paths, split=SplitOptions(files=files), seed=0, targets=ClassLabels)
    assert "task: regression" not in caught.value.message
    data = load_data(reader, reader_paths, split=SplitOptions(files=files), seed=0, targets=Values)
    np.testing.assert_allclose(data.splits["dev"].targets[:, 0], [cells[-1], 14])


@pytest.mark.parametrize(
    ("ending", "reader", "text"),
    [
        ("csv", Csv(path="a/x.csv", test_path="b/x.csv"), "x,y\n1,p\n2,q\n"),
        ("txt", Lines(files={"a": "a/x.txt", "b": "b/x.txt"}), "one\ntwo\n"),
        ("conll", Conll(path="a/x.conll", test_path="b/x.conll"), "word TAG\n"),
    ],
)
def test_the_fingerprint_has_both_of_two_files_with_one_name(
    ending: str, reader: FileFormat, text: str, tmp_path: Path
):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"x.{ending}").write_text(text)
    data_paths = DataPaths(config_folder=tmp_path)
    before = reader.read(data_paths).fingerprint
    (tmp_path / "a" / f"x.{ending}").write_text(text * 2)
    after = reader.read(data_paths).fingerprint
    assert set(before) == {f"a/x.{ending}", f"b/x.{ending}"}
    assert [name for name in before if before[name] != after[name]] == [f"a/x.{ending}"]
