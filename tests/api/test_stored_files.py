"""The stored files of a run are used, and a changed byte is detected."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlcli import api
from dlcli.core import DataError, StorageError
from dlcli.runs import RunFolder, files

CONFIG = """\
name: table
data:
  dataset: {format: csv, path: table.csv, label: y}
  split: {train: 0.5, dev: 0.25, test: 0.25}
model: {architecture: softmax_regression}
optimizer: {name: adam, learning_rate: 0.1}
training: {epochs: 2}
"""


def write_table(path: Path, seed: int = 0, rows: int = 80) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(3.0, 2.0, (rows, 2))
    labels = np.where(values.sum(1) + random.normal(size=rows) > 6, "yes", "no")
    lines = [f"{a:.4f},{b:.4f},{label}" for (a, b), label in zip(values.tolist(), labels.tolist(), strict=True)]
    path.write_text("\n".join(["a,b,y", *lines]) + "\n")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    folder = tmp_path_factory.mktemp("stored")
    write_table(folder / "table.csv")
    (folder / "table.yaml").write_text(CONFIG)
    return api.train(folder / "table.yaml", runs_dir=folder / "runs")


@pytest.fixture
def run(original: api.Run, tmp_path: Path) -> RunFolder:
    copy = tmp_path / original.path.name
    shutil.copytree(original.path, copy)
    return RunFolder(copy)


def flip(path: Path, position: int) -> None:
    contents = bytearray(path.read_bytes())
    contents[position] ^= 1
    path.write_bytes(contents)


@pytest.mark.parametrize("name", files.INPUTS)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_flipped_bit_is_detected(run: RunFolder, name: str, share: float) -> None:
    path = run.path / name
    flip(path, int(share * path.stat().st_size))
    for use in (api.load, api.evaluate, lambda run: api.resume(run, epochs=3)):
        with pytest.raises(StorageError) as caught:
            use(run.path)
        assert caught.value.file == str(path)
        assert caught.value.exit_code == 1


@pytest.mark.parametrize("name", files.INPUTS)
def test_a_missing_file_is_detected(run: RunFolder, name: str) -> None:
    (run.path / name).unlink()
    with pytest.raises(StorageError):
        api.load(run.path)


def test_an_edited_preprocessing_is_detected(run: RunFolder) -> None:
    path = run.path / files.PREPROCESSING
    document = json.loads(path.read_text())
    document["scaling"]["scale"][0] *= 5
    path.write_text(json.dumps(document))
    with pytest.raises(StorageError):
        api.evaluate(run.path)


def test_a_run_without_checksums_is_used_with_a_remark(run: RunFolder, original: api.Run) -> None:
    assert api.evaluate(run.path).warnings == ()
    run.write_record(replace(run.record(), files={}))
    evaluation = api.evaluate(run.path)
    assert len(evaluation.warnings) == 1
    assert evaluation.metrics["test/error"] == original.metrics["test/error"]


def test_a_config_that_was_changed_by_resuming_has_a_new_checksum(run: RunFolder) -> None:
    before = run.record().files
    api.resume(run.path, epochs=3)
    after = run.record().files
    assert before[files.RESOLVED_CONFIG] != after[files.RESOLVED_CONFIG]
    assert before[files.PREPROCESSING] == after[files.PREPROCESSING]
    api.load(run.path)


def test_evaluation_uses_the_stored_rows_and_preprocessing(run: RunFolder) -> None:
    """The metrics follow stored rows and a stored scaling that no fit would give."""
    rows = run.read_arrays(files.SPLITS)
    run.write_arrays(files.SPLITS, {**rows, "test": rows["train"], "train": rows["test"]})
    run.write_record(replace(run.record(), files={}))
    evaluation = api.evaluate(run.path, split="test")
    assert evaluation.num_examples == len(rows["train"])
    before = evaluation.metrics["test/loss"]
    document = run.read_json(files.PREPROCESSING)
    document["scaling"]["shift"][0] += 100.0
    run.write_json(files.PREPROCESSING, document)
    assert api.evaluate(run.path, split="test").metrics["test/loss"] != before


def test_rows_outside_the_data_are_an_error(run: RunFolder) -> None:
    run.write_arrays(files.SPLITS, {**run.read_arrays(files.SPLITS), "test": np.array([0, 80])})
    run.write_record(replace(run.record(), files={}))
    with pytest.raises(DataError):
        api.evaluate(run.path)


def test_a_file_in_another_order_has_changed(original: api.Run, tmp_path: Path) -> None:
    write_table(tmp_path / "table.csv")
    (tmp_path / "table.yaml").write_text(CONFIG)
    run = api.train(tmp_path / "table.yaml", runs_dir=tmp_path / "runs")
    header, *lines = (tmp_path / "table.csv").read_text().splitlines()
    (tmp_path / "table.csv").write_text("\n".join([header, *lines[::-1]]) + "\n")
    for split in ("train", "dev", "test"):
        with pytest.raises(DataError) as caught:
            api.evaluate(run.path, split=split)
        assert caught.value.exit_code == 3
