"""`dlcli data preview`, and images in every command."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CONFIG = """\
name: shapes
data:
  dataset: {format: image_folder, path: shapes, size: 12}
  split: {train: 0.6, dev: 0.2, test: 0.2, stratify: true}
  augment: [{random_crop: {padding: 1}}, {rotation: {degrees: 5}}, color_jitter, mixup]
  normalize: {name: standard, per: channel}
model: {architecture: lenet5}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 12, batch_size: 16}
"""


def draw(path: Path, label: str, generator: np.random.Generator) -> None:
    """Draw a bright horizontal ("lying") or vertical ("standing") bar on a dark background."""
    pixels = generator.integers(0, 60, (16, 14))
    position = generator.integers(4, 10)
    if label == "lying":
        pixels[position : position + 2] += 150
    else:
        pixels[:, position : position + 2] += 150
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Working directory with 40 images of each of two classes, and a config."""
    generator = np.random.default_rng(0)
    for label in ("lying", "standing"):
        for number in range(40):
            draw(tmp_path / "shapes" / label / f"{number:02d}.png", label, generator)
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        assert image.format == "PNG"
        return image.size


def test_the_figure_is_written_and_its_path_printed(shapes: Path, run: Callable):
    outcome = run("data", "preview", "config.yaml", "--output", "figures/a.png", "--count", "3")
    assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "figures/a.png\n", "")
    small = size_of(shapes / "figures" / "a.png")
    assert run("data", "preview", "config.yaml", "--count", "5").stdout == "preview.png\n"
    assert size_of(shapes / "preview.png")[1] > small[1]


def test_the_figure_depends_on_the_seed(shapes: Path, run: Callable):
    figures = []
    for seed in ("1", "1", "2"):
        assert run("data", "preview", "config.yaml", "--seed", seed).code == 0
        figures.append((shapes / "preview.png").read_bytes())
    assert figures[0] == figures[1] != figures[2]


def test_the_document_names_examples_of_every_class(shapes: Path, run: Callable):
    document = run("data", "preview", "config.yaml", "--count", "4", "--json").document
    assert document["output"] == "preview.png"
    assert document["augmentations"] == ["random_crop", "rotation", "color_jitter", "mixup"]
    assert [example["class"] for example in document["examples"]] == ["lying"] * 2 + ["standing"] * 2
    assert all(example["id"].startswith(example["class"]) for example in document["examples"])


@pytest.mark.parametrize("dataset", ["digits", "{format: image_folder, path: shapes, channels: 3}"])
def test_images_without_augmentation_and_in_color_are_drawn(shapes: Path, run: Callable, dataset: str):
    for augment in ("[]", "[horizontal_flip, {cutout: {size: 3}}]"):
        outcome = run(
            "data", "preview", "config.yaml", "--set", f"data.dataset={dataset}", "--set", f"data.augment={augment}"
        )
        assert outcome.code == 0, outcome.stderr


def test_augmentation_of_data_without_images_is_an_error_at_its_key(shapes: Path, run: Callable):
    outcome = run("data", "preview", "config.yaml", "--set", "data.dataset=iris")
    assert outcome.code == 2
    place = "config.yaml:5:3 data.augment"
    assert outcome.stderr.startswith(f"{place}: ")


def test_a_damaged_image_is_named(shapes: Path, run: Callable):
    (shapes / "shapes" / "lying" / "07.png").write_bytes(b"")
    outcome = run("data", "preview", "config.yaml")
    assert outcome.code == 3
    assert outcome.stderr.count("\n") == 1
    assert "shapes/lying/07.png: " in outcome.stderr


def test_training_evaluation_and_prediction_of_images(shapes: Path, run: Callable):
    trained = run("train", "config.yaml", "--json", "--quiet")
    assert trained.code == 0, trained.stderr
    name, accuracy = trained.document["run"], trained.document["metrics"]["train/accuracy"]
    assert accuracy > 0.9  # measured without augmentation
    assert run("eval", name, "--data", "shapes", "--json").document["metrics"]["new/accuracy"] > 0.9
    assert run("eval", name, "--json").document["metrics"] == {
        key: value for key, value in trained.document["metrics"].items() if key.startswith("test/")
    }
    one = run("predict", name, "shapes/lying/00.png", "--json").document["predictions"]
    assert [row["id"] for row in one] == ["00.png"]
    many = run("predict", name, "shapes", "--json").document["predictions"]
    assert len(many) == 80
    assert many[0]["id"] == "lying/00.png"
    assert many[0]["class"] == one[0]["class"]
    (shapes / "shapes" / "lying" / "00.png").write_bytes((shapes / "shapes" / "lying" / "01.png").read_bytes())
    changed = run("eval", name)
    assert changed.code == 3
    assert "SHA-256" in changed.stderr
