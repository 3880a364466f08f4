"""Images of a class in a subfolder that is a link, from training to predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlcli.runs import RunFolder
from tests.cli.conftest import Run

CONFIG = """\
name: images
data: {dataset: {format: image_folder, path: images}, split: {train: 0.5, dev: 0.25, test: 0.25, stratify: true}}
model: {architecture: mlp, hidden_units: [4]}
optimizer: adam
training: {epochs: 1}
"""


def save(folder: Path, names: range, shade: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(shade)
    for name in names:
        pixels = random.integers(shade, shade + 40, size=(4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{name:02}.png")


def test_a_linked_subfolder_is_part_of_its_class(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "images/cat", range(8), 20)
    save(tmp_path / "images/dog", range(2), 180)
    save(tmp_path / "store", range(2, 8), 180)
    (tmp_path / "images/dog/batch").symlink_to(tmp_path / "store", target_is_directory=True)
    (tmp_path / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    trained = run("train", "config.yaml", "--json").document
    splits = RunFolder(Path("runs") / trained["run"]).read_arrays("splits.npz")
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 8, "dev": 4, "test": 4}
    assert not any("images" in warning for warning in trained.get("warnings", ()))
    evaluated = run("eval", trained["run"], "--data", "images", "--json").document
    assert evaluated["num_examples"] == 16
    rows = run("predict", trained["run"], "images/dog", "--json").document["predictions"]
    assert [row["id"] for row in rows] == ["00.png", "01.png", *(f"batch/{name:02}.png" for name in range(2, 8))]
