"""Reports tell a shift of the targets, other periods and other files from overfitting to the dev set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli import api

CONFIG = """\
data: {{dataset: {{format: {format}, path: {path}{dataset}}}, split: {{{split}}}}}
model: {{architecture: softmax_regression}}
optimizer: {{name: adam, learning_rate: 0.1}}
training: {{epochs: 1}}
"""
TEXT = """\
data:
  dataset: {format: text, path: book.txt}
  split: {train: 0.6, dev: 0.2, test: 0.2, in_order: true}
  text: {tokenizer: character, window: 8}
model: {architecture: recurrent_language_model, embedding_units: 2, units: 2}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 1}
"""
SHARES = "train: 0.6, dev: 0.2, test: 0.2"


def write(path: Path, *parts: tuple[int, float], seed: int = 0) -> None:
    """Write parts of (rows, share of the class yes) one after another, with the day of each row."""
    random = np.random.default_rng(seed)
    labels = np.concatenate([random.random(rows) < share for rows, share in parts])
    lines = [f"{random.normal() + label:.4f},{day},{('no', 'yes')[int(label)]}" for day, label in enumerate(labels)]
    path.write_text("\n".join(["x,day,side", *lines]) + "\n")


def last_gap(folder: Path, config: str) -> tuple[dict[str, Any], Sequence[dict[str, Any]]]:
    (folder / "config.yaml").write_text(config)
    run = api.train(folder / "config.yaml", runs_dir=folder / "runs")
    report = json.loads((run.path / "report" / "report.json").read_text())
    gap: dict[str, Any] = report["diagnosis"]["gaps"][-1]
    return gap, report["advice"]


def csv(split: str, dataset: str = "", path: str = "all.csv") -> str:
    return CONFIG.format(format="csv", path=path, dataset=f", label: side, exclude: [day]{dataset}", split=split)


@pytest.mark.parametrize("order", ["order_by: day", "in_order: true"])
def test_a_later_period_with_other_classes_is_a_mismatch(tmp_path: Path, order: str) -> None:
    write(tmp_path / "all.csv", (1600, 0.3), (400, 0.1))
    gap, _ = last_gap(tmp_path, csv(f"{SHARES}, {order}"))
    assert gap["name"] == "dev_test_mismatch"
    assert "class yes" in gap["evidence"] and "% in dev and" in gap["evidence"]


@pytest.mark.parametrize("order", ["order_by: day", "in_order: true"])
def test_a_later_period_with_the_same_classes_keeps_the_name(tmp_path: Path, order: str) -> None:
    write(tmp_path / "all.csv", (600, 0.3))
    gap, _ = last_gap(tmp_path, csv(f"{SHARES}, {order}"))
    assert gap["name"] == "dev_overfit"
    assert gap["evidence"].startswith("Dev and test") and "class" not in gap["evidence"]
    assert "different" in gap["evidence"]


def test_a_random_split_has_no_evidence(tmp_path: Path) -> None:
    write(tmp_path / "all.csv", (600, 0.3))
    assert last_gap(tmp_path, csv(SHARES))[0]["evidence"] is None


@pytest.mark.parametrize(("share", "name"), [(0.3, "dev_overfit"), (0.05, "dev_test_mismatch")])
def test_another_file_is_told(tmp_path: Path, share: float, name: str) -> None:
    write(tmp_path / "all.csv", (1500, 0.3))
    write(tmp_path / "new.csv", (300, share), seed=1)
    own, _ = last_gap(tmp_path, csv("train: 0.8, dev: 0.2", ", test_path: new.csv"))
    files, _ = last_gap(
        tmp_path, csv("train: 0.8, dev: 0.2, files: {train: all.csv, test: new.csv}").replace("path: all.csv, ", "")
    )
    assert own["name"] == files["name"] == name
    assert own["evidence"] == files["evidence"] and "different files" in own["evidence"]


def test_parts_of_a_text_are_told(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    (tmp_path / "book.txt").write_text(" ".join(random.choice(["ab", "cd", "ef"], 1500)))
    gap, _ = last_gap(tmp_path, TEXT)
    assert gap["name"] == "dev_overfit" and "parts of a text" in gap["evidence"]
