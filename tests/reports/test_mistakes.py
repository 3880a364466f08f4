"""The figure of the worst mistakes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from dlcli.reports.mistakes import WorstMistakes, mistakes_png


@pytest.mark.parametrize(("count", "channels"), [(1, 1), (24, 3)])
def test_a_tile_for_each(count: int, channels: int) -> None:
    images = np.zeros((count, 6, 4, channels))
    images[..., 0] = 255
    mistakes = WorstMistakes(
        "train_dev",
        images,
        ["a coat of many colors"] * count,
        ["bag"] * count,
        np.linspace(1, 0.5, count),
        ["7"] * count,
        30,
        100,
    )
    picture = np.array(Image.open(io.BytesIO(mistakes_png(mistakes))).convert("RGB"))
    color = [255, 255, 255] if channels == 1 else [255, 0, 0]
    width = (1400 - 2 * 44 - 7 * 14) // 8
    found = (picture == color).all(axis=2).sum()
    assert found == count * width * round(1.5 * width) if channels == 3 else found > width * width
