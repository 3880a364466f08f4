"""Localization and landmarks from a config to reports, predictions and comparisons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlcli import api
from dlcli.core import ConfigError, DlcliError
from dlcli.data import ObjectBoxes, Objects
from dlcli.tasks import LocalizationError

CONFIG = """\
name: scenes
data:
  dataset: {name: scenes, images: 160, size: 16}
  split: {train: 0.6, dev: 0.2, test: 0.2, group_by: source}
  normalize: min_max
task: {name: localization, loss: {name: localization_cross_entropy, box_weight: 10}}
model:
  layers: [flatten, linear: {units: 16}, relu, linear: {units: 15}]
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 3, batch_size: 16}
evaluation: {human_error: 0.05}
"""


def write(folder: Path, text: str = CONFIG) -> Path:
    (folder / "config.yaml").write_text(text)
    return folder / "config.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    folder = tmp_path_factory.mktemp("scenes")
    return api.train(write(folder), runs_dir=folder / "runs")


def records(run: api.Run, split: str) -> list[dict[str, Any]]:
    text = (Path(run.path) / "predictions" / f"{split}.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_metrics_of_every_split_and_a_report_with_an_interval(run: api.Run) -> None:
    for split in ("train", "dev", "test"):
        for metric in ("localization_error", "mean_iou", "localization_accuracy", "presence_error", "class_error"):
            assert 0 <= run.metrics[f"{split}/{metric}"] <= 1
    report = (Path(run.path) / "report" / "report.md").read_text()
    assert "localization error" in report
    assert "training mean box" in report
    human, train, *_ = run.assessment.diagnosis.levels
    assert human.error.value == 0.05
    assert train.error.low < run.metrics["train/localization_error"] < train.error.high


def test_the_file_of_predictions_has_the_reported_error(run: api.Run) -> None:
    rows = records(run, "dev")
    errors = LocalizationError().errors_of_records(rows).sums
    assert errors.mean() == pytest.approx(run.metrics["dev/localization_error"], rel=1e-5)
    assert {"presence", "class", "score", "x", "y", "height", "width", "target", "id", "group"} <= set(rows[0])
    assert any(row["target"] is None for row in rows)


def test_new_images_are_predicted(run: api.Run, tmp_path: Path) -> None:
    model = api.load(run.path)
    images = np.zeros((3, 16, 16, 1), np.uint8)
    np.save(tmp_path / "new.npy", images)
    rows = model.predict_file(tmp_path / "new.npy")
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert set(rows[0]) == {"id", "presence", "class", "score", "x", "y", "height", "width"}
    named = model.predict(images)
    assert [one is None for one in named] == [row["presence"] <= 0.5 for row in rows]


def test_runs_are_compared_by_their_errors(run: api.Run, tmp_path: Path) -> None:
    other = api.train(write(tmp_path, CONFIG.replace("units: 16", "units: 8")), runs_dir=tmp_path / "runs")
    [errors] = api.compare([run.path, other.path]).errors
    document = errors.to_json()
    assert "localization_error" in json.dumps(document)


def test_the_gradients_of_the_model_are_checked(tmp_path: Path) -> None:
    assert api.check_gradients(write(tmp_path), max_per_parameter=20).ok


@pytest.mark.parametrize(
    "loss",
    ["localization_squared_error", "localization_cross_entropy", "{name: localization_cross_entropy, delta: 0.1}"],
)
def test_garbage_in_the_targets_of_empty_images_changes_no_bit(
    loss: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of the trained weights nor of a metric."""
    encode = ObjectBoxes.encode

    def encode_with_garbage(targets: ObjectBoxes, *arguments: Any) -> Objects | None:
        objects = encode(targets, *arguments)
        assert objects is not None
        objects.boxes[~objects.present], objects.classes[~objects.present] = np.nan, 3
        return objects

    file = write(tmp_path, CONFIG.replace("{name: localization_cross_entropy, box_weight: 10}", loss))
    clean = api.train(file, runs_dir=tmp_path / "clean")
    monkeypatch.setattr(ObjectBoxes, "encode", encode_with_garbage)
    dirty = api.train(file, runs_dir=tmp_path / "dirty")
    assert dirty.metrics == clean.metrics
    weights, other = (api.load(one.path).model.state_dict() for one in (clean, dirty))
    assert {name: array.tobytes() for name, array in weights.items()} == {
        name: array.tobytes() for name, array in other.items()
    }


@pytest.mark.parametrize(
    "augmentation", ["horizontal_flip", "random_crop: {padding: 2}", "rotation", "translation", "mixup"]
)
def test_augmentations_that_move_things_are_refused(augmentation: str, tmp_path: Path) -> None:
    text = CONFIG.replace("  normalize:", f"  augment: [{augmentation}]\n  normalize:")
    with pytest.raises(ConfigError) as caught:
        api.train(write(tmp_path, text), runs_dir=tmp_path / "runs")
    assert caught.value.code == "not_applicable"
    assert str(caught.value.key).startswith("data.augment[0]")


def test_augmentations_of_color_apply(tmp_path: Path) -> None:
    text = CONFIG.replace("  normalize:", "  augment: [color_jitter: {brightness: 0.2}]\n  normalize:")
    text = text.replace("epochs: 3", "epochs: 1")
    assert api.train(write(tmp_path, text), runs_dir=tmp_path / "runs").metrics["train/mean_iou"] >= 0


LANDMARKS = """\
name: corners
data:
  dataset: {format: image_list, path: points.csv, label: [left_x, left_y, right_x, right_y]}
  split: {train: 0.6, dev: 0.2, test: 0.2}
  normalize: min_max
task: landmark_detection
model:
  layers: [flatten, linear: {units: 4}]
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 4, batch_size: 8}
"""


def test_landmarks_of_a_list_of_images(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    lines = ["file,left_x,left_y,right_x,right_y"]
    for number in range(60):
        pixels, (row, column) = np.zeros((8, 8), np.uint8), generator.integers(0, 8, 2)
        pixels[row, column] = 255
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        point = f"{(column + 0.5) / 8},{(row + 0.5) / 8}"
        lines.append(f"{number}.png,{point},{'' if number % 3 == 0 else point}{',' if number % 3 == 0 else ''}")
    (tmp_path / "points.csv").write_text("\n".join(lines) + "\n")
    run = api.train(write(tmp_path, LANDMARKS), runs_dir=tmp_path / "runs")
    assert 0 < run.metrics["dev/mean_distance"] < 1
    assert any(row["target"]["right_x"] is None for row in records(run, "dev") + records(run, "test"))
    model = api.load(run.path)
    rows = model.predict_file(tmp_path / "points.csv")
    assert set(rows[0]) == {"id", "left_x", "left_y", "right_x", "right_y"}
    evaluation = api.evaluate(run.path, data=tmp_path / "points.csv")
    assert 0 < evaluation.metrics["new/mean_distance"] < 1
    assert "new/mean_distance" in evaluation.intervals


def test_boxes_are_no_landmarks(tmp_path: Path) -> None:
    text = CONFIG.replace(
        "localization, loss: {name: localization_cross_entropy, box_weight: 10}", "landmark_detection"
    )
    with pytest.raises(DlcliError) as caught:
        api.train(write(tmp_path, text), runs_dir=tmp_path / "runs")
    assert caught.value.code == "missing_column"
