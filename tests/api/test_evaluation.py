"""Evaluation of a trained model, and its predictions on new data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

from dlcli import api
from dlcli.core import ConfigError, DataError, StorageError
from dlcli.runs import RunFolder


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_evaluation_repeats_the_metrics_of_the_training(trained: api.Run, split: str) -> None:
    evaluation = api.evaluate(trained.path, split=split)
    assert evaluation.metrics == {
        name: value for name, value in trained.metrics.items() if name.startswith(f"{split}/")
    }
    interval = evaluation.intervals[f"{split}/accuracy"]
    assert interval.low < evaluation.metrics[f"{split}/accuracy"] <= interval.high
    assert evaluation.deciding_metric == f"{split}/error"
    assert evaluation.direction == "min"


def test_an_unknown_split_is_an_error(trained: api.Run) -> None:
    with pytest.raises(ConfigError, match=r"test\?"):
        api.evaluate(trained.path, split="tets")


def test_a_run_is_found_by_the_beginning_of_its_name(trained: api.Run) -> None:
    loaded = api.load(trained.id[:20], runs_dir=trained.path.parent)
    assert loaded.folder.path == trained.path


def test_predictions_on_raw_inputs_are_those_of_the_stored_normalization(trained: api.Run) -> None:
    inputs, labels = load_iris(return_X_y=True)
    loaded = api.load(trained.path)
    classes = loaded.predict(inputs)
    names = np.array(["setosa", "versicolor", "virginica"])
    with np.load(trained.path / "splits.npz") as splits:
        test = splits["test"]
    assert np.mean(classes[test] == names[labels[test]]) == pytest.approx(trained.metrics["test/accuracy"])
    probabilities = loaded.predict_probabilities(inputs)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(names[probabilities.argmax(axis=1)], classes)


def test_a_single_example_is_predicted_as_in_a_batch(trained: api.Run) -> None:
    inputs = load_iris().data
    loaded = api.load(trained.path)
    alone = np.concatenate([loaded.predict_probabilities(inputs[row : row + 1]) for row in range(20)])
    np.testing.assert_allclose(alone, loaded.predict_probabilities(inputs)[:20], rtol=1e-4)


@pytest.mark.parametrize("inputs", [np.zeros((3, 5)), np.full((3, 4), np.nan), np.array([["a"] * 4])])
def test_inputs_that_do_not_fit_are_a_data_error(trained: api.Run, inputs: np.ndarray) -> None:
    with pytest.raises(DataError):
        api.load(trained.path).predict(inputs)


def test_examples_of_different_lengths_have_no_shape(trained: api.Run) -> None:
    with pytest.raises(DataError) as raised:
        api.load(trained.path).predict([[1, 2, 3, 4], [5]])
    assert raised.value.code == "wrong_shape"


def test_a_file_is_predicted_row_by_row(trained: api.Run, tmp_path: Path) -> None:
    inputs = load_iris().data[:3]
    np.save(tmp_path / "new.npy", inputs)
    rows = api.load(trained.path).predict_file(tmp_path / "new.npy")
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert {row["class"] for row in rows} == {"setosa"}
    assert all(0.3 < row["probability"] <= 1 for row in rows)


def test_new_labeled_data_is_evaluated(trained: api.Run, tmp_path: Path) -> None:
    inputs, labels = load_iris(return_X_y=True)
    np.savez(tmp_path / "new.npz", x=inputs, y=labels)
    evaluation = api.evaluate(trained.path, data=tmp_path / "new.npz")
    assert evaluation.num_examples == 150
    classes = api.load(trained.path).predict(inputs)
    names = np.array(["setosa", "versicolor", "virginica"])
    assert evaluation.metrics["new/accuracy"] == pytest.approx(np.mean(classes == names[labels]))


def test_damaged_weights_are_not_used(config: Path, tmp_path: Path) -> None:
    run = api.train(config, overrides=["training.epochs=1"], runs_dir=tmp_path / "runs")
    [weights] = run.path.glob("checkpoints/*/weights.safetensors")
    contents = bytearray(weights.read_bytes())
    contents[-1] ^= 1
    weights.write_bytes(contents)
    with pytest.raises(StorageError, match="checksum"):
        api.load(run.path)


def test_a_regression_predicts_in_the_unit_of_its_targets(tmp_path: Path) -> None:
    (tmp_path / "line.csv").write_text("\n".join(["x,y", *(f"{x},{1000 + 3 * x}" for x in range(200))]) + "\n")
    (tmp_path / "line.yaml").write_text(
        "data: {dataset: {format: csv, path: line.csv, label: y}, normalize_targets: standard}\n"
        "task: regression\nmodel: {layers: [linear: {units: 1}]}\n"
        "optimizer: {name: sgd, learning_rate: 0.1}\ntraining: {epochs: 60}\n"
    )
    run = api.train(tmp_path / "line.yaml", runs_dir=tmp_path / "runs")
    error = run.metrics["test/root_mean_squared_error"]
    assert error < 1
    loaded = api.load(run.path)
    np.testing.assert_allclose(loaded.predict(np.array([[10.0]])), [[1030.0]], rtol=0.01)
    (tmp_path / "new.csv").write_text("x\n10\n")
    [row] = loaded.predict_file(tmp_path / "new.csv")
    assert row["id"] == 0 and row["y"] == pytest.approx(1030, rel=0.01)
    with pytest.raises(DataError) as caught:
        loaded.predict_probabilities(np.array([[10.0]]))
    assert caught.value.code == "not_applicable"


def forget_checksums(run: api.Run) -> None:
    """Remove the checksums from the record of a run, as a version without checksums wrote it."""
    folder = RunFolder(run.path)
    folder.write_record(replace(folder.record(), files={}))


def test_a_run_whose_config_was_changed_is_named(config: Path, tmp_path: Path) -> None:
    run = api.train(config, overrides={"training.epochs": 1}, runs_dir=tmp_path / "runs")
    forget_checksums(run)
    resolved = run.path / "config.resolved.yaml"
    resolved.write_text(resolved.read_text().replace("hidden_units: [8]", "hidden_units: [9]"))
    with pytest.raises(StorageError) as caught:
        api.load(run.path)
    assert (caught.value.code, caught.value.file) == ("incompatible_weights", str(resolved))
    with pytest.raises(StorageError, match="checkpoint"):
        api.resume(run.path, epochs=2)
