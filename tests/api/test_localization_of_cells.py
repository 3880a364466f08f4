"""White blood cells in microscope images (BCCD): a list of images that is made from its annotations."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlcli import api

FOLDER = Path(os.environ.get("DLCLI_DATA", "")) / "bccd" / "BCCD"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "DLCLI_DATA" not in os.environ or not FOLDER.is_dir(), reason="DLCLI_DATA names no folder with bccd"
    ),
]

CONFIG = f"""\
name: cells
data:
  dataset:
    format: image_list
    path: train.csv
    test_path: test.csv
    images: {FOLDER / "JPEGImages"}
    size: [48, 64]
    label: [x, y, height, width]
  split: {{train: 0.85, dev: 0.15}}
  normalize: min_max
task: {{name: localization, loss: {{name: localization_cross_entropy, box_weight: 60}}}}
model:
  layers:
    - conv2d: {{filters: 16, kernel_size: 5, stride: 2, padding: same}}
    - relu
    - conv2d: {{filters: 32, kernel_size: 3, stride: 2, padding: same}}
    - relu
    - conv2d: {{filters: 32, kernel_size: 3, stride: 2, padding: same}}
    - relu
    - flatten
    - linear: {{units: 64}}
    - relu
    - linear: {{units: 6}}
optimizer: {{name: adam, learning_rate: 1e-3, schedule: cosine}}
training: {{epochs: 60, batch_size: 16}}
"""


def boxes(annotation: str, kind: str) -> list[tuple[float, ...]]:
    """Return the boxes of a kind of cell as fractions of the image; VOC counts pixels from 1, the last one included."""
    pattern = rf"<name>{kind}</name>.*?" + "".join(
        rf"<{side}>(\d+)</{side}>\s*" for side in ("xmin", "ymin", "xmax", "ymax")
    )
    found = [tuple(map(int, match)) for match in re.findall(pattern, annotation, re.DOTALL)]
    return [
        ((left - 1 + right) / 1280, (top - 1 + bottom) / 960, (bottom - top + 1) / 480, (right - left + 1) / 640)
        for left, top, right, bottom in found
    ]


def rows(split: str) -> Iterator[str]:
    """Yield a row for each image with one white cell or none."""
    yield "file,x,y,height,width"
    for name in (FOLDER / "ImageSets" / "Main" / f"{split}.txt").read_text().split():
        cells = boxes((FOLDER / "Annotations" / f"{name}.xml").read_text(), "WBC")
        if len(cells) < 2:
            yield f"{name}.jpg," + (",".join(f"{value:.6f}" for value in cells[0]) if cells else ",,,")


def test_white_cells_are_located(tmp_path: Path) -> None:
    for file, splits in (("train.csv", ("train", "val")), ("test.csv", ("test",))):
        lines = [line for number, split in enumerate(splits) for line in [*rows(split)][min(number, 1) :]]
        (tmp_path / file).write_text("\n".join(lines) + "\n")
    (tmp_path / "config.yaml").write_text(CONFIG)
    run = api.train(tmp_path / "config.yaml", runs_dir=tmp_path / "runs")
    assert run.metrics["test/mean_iou"] > 0.4  # 0.464 with this seed, of 250 images to learn from
    assert run.assessment.baseline.is_beaten
