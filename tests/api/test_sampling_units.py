"""Examples that were sampled together count as one unit in the intervals of reports, evaluations and comparisons."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dlcli import api
from dlcli.diagnosis.intervals import rate_interval

LABELER = """\
name: words
data: {dataset: {format: conll, path: train.conll}, split: {train: 0.6, dev: 0.4, test: 0.0}}
model: {architecture: recurrent_labeler, units: 4}
optimizer: {name: adam, learning_rate: 0.05}
training: {epochs: 12, batch_size: 8}
"""
GROUPED = """\
name: patients
data:
  dataset: {format: csv, path: table.csv, label: y, exclude: [patient]}
  split: {train: 0.5, dev: 0.25, test: 0.25, group_by: patient}
model: {architecture: softmax_regression}
optimizer: {name: adam, learning_rate: 0.1}
training: {epochs: 2}
"""


def write_sentences(path: Path, seed: int, sentences: int = 60) -> None:
    """Write words labeled by their half of the vocabulary; a third of the sentences has random labels."""
    random = np.random.default_rng(seed)
    lines = []
    for _ in range(sentences):
        is_careless = random.random() < 0.33
        for word in random.integers(20, size=12).tolist():
            label = random.integers(2) if is_careless else word // 10
            lines.append(f"w{word} {'AB'[label]}")
        lines.append("")
    path.write_text("\n".join(lines))


def write_patients(path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    lines = ["x,y,patient"]
    for patient in range(40):
        shift = random.normal(0, 2)
        for _ in range(8):
            label = random.integers(2)
            lines.append(f"{label + shift + random.normal(0, 0.3):.4f},{label},p{patient}")
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def labeler(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    folder = tmp_path_factory.mktemp("words")
    write_sentences(folder / "train.conll", 0)
    (folder / "words.yaml").write_text(LABELER)
    return api.train(folder / "words.yaml", runs_dir=folder / "runs")


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    folder = tmp_path_factory.mktemp("patients")
    write_patients(folder / "table.csv", 0)
    (folder / "patients.yaml").write_text(GROUPED)
    return api.train(folder / "patients.yaml", runs_dir=folder / "runs")


def independent_width(error: float, examples: int) -> float:
    interval = rate_interval(round(error * examples), examples)
    return interval.high - interval.low


def test_the_report_of_a_labeler_counts_sentences(labeler: api.Run) -> None:
    report = json.loads((labeler.path / "report/report.json").read_text())
    assert report["unit"] == "sequences"
    dev = report["diagnosis"]["levels"][-1]
    assert (dev["num_units"], dev["num_examples"]) == (24, 24 * 12)
    width = dev["error"]["high"] - dev["error"]["low"]
    assert width > 1.3 * independent_width(dev["error"]["value"], dev["num_examples"])
    assert "clustered" in report["diagnosis"]["gaps"][1]["difference"]["method"]
    assert "clustered" in report["baseline"]["difference"]["method"]


def test_new_sentences_are_units(labeler: api.Run, tmp_path: Path) -> None:
    write_sentences(tmp_path / "new.conll", 1)
    evaluation = api.evaluate(labeler.path, data=tmp_path / "new.conll")
    interval = evaluation.intervals["new/error"]
    assert interval.high - interval.low > 1.3 * independent_width(interval.value, 60 * 12)
    stored = api.evaluate(labeler.path, split="dev").intervals["dev/error"]
    report = json.loads((labeler.path / "report/report.json").read_text())
    assert (stored.low, stored.high) == tuple(
        report["diagnosis"]["levels"][-1]["error"][key] for key in ("low", "high")
    )


def test_two_labelers_are_compared_by_sentence(labeler: api.Run, tmp_path: Path) -> None:
    config = labeler.path.parent.parent / "words.yaml"
    other = api.train(config, overrides={"training.epochs": 6}, runs_dir=tmp_path / "runs")
    (errors,) = api.compare([labeler.path, other.path]).errors
    (dev,) = errors.splits
    assert dev.is_paired and dev.difference is not None and "clustered" in dev.difference.method


def test_groups_of_a_split_are_units(grouped: api.Run, tmp_path: Path) -> None:
    report = json.loads((grouped.path / "report/report.json").read_text())
    assert report["unit"] == "groups"
    test = report["diagnosis"]["levels"][-1]
    assert (test["num_units"], test["num_examples"]) == (10, 80)
    stored = api.evaluate(grouped.path).intervals["test/error"]
    assert stored.high == test["error"]["high"]
    write_patients(tmp_path / "new.csv", 1)
    interval = api.evaluate(grouped.path, data=tmp_path / "new.csv").intervals["new/error"]
    assert "clustered" in interval.method


def test_few_groups_give_a_warning(grouped: api.Run) -> None:
    assert not any("groups" in warning for warning in grouped.assessment.warnings)
    config = grouped.path.parent.parent / "patients.yaml"
    fewer = api.train(
        config,
        overrides={"data.split.train": 0.65, "data.split.test": 0.1, "training.epochs": 1},
        runs_dir=grouped.path.parent,
    )
    (sentence,) = (warning for warning in fewer.assessment.warnings if "groups" in warning)
    assert "4 groups" in sentence
    assert api.evaluate(fewer.path).warnings == (sentence,)
    compared = api.compare([fewer.path, fewer.path])
    assert {split.split: split.remarks for split in compared.errors[0].splits} == {"dev": (), "test": (sentence,)}
    assert any(sentence in remark for remark in compared.remarks)
