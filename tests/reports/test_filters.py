"""The figure of filters and feature maps."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from dlcli.reports import FilterView, filters_png
from dlcli.reports.palette import BLUE, VERMILION, rgb

GENERATOR = np.random.default_rng(0)


def drawn(filters: np.ndarray | None, image: np.ndarray | None, maps: np.ndarray) -> np.ndarray:
    png = filters_png(FilterView("Title", "note", "conv", filters, image, "example 3 of dev", maps))
    return np.array(Image.open(io.BytesIO(png)).convert("RGB"))


def has(pixels: np.ndarray, color: str) -> bool:
    return bool((pixels == rgb(color)).all(axis=2).any())


@pytest.mark.parametrize(
    ("filters", "image"),
    [
        ((3, 3, 1, 1), (8, 8, 1)),
        ((5, 5, 1, 80), (8, 8, 1)),
        ((3, 3, 3, 16), (20, 12, 3)),
        ((3, 3, 64, 40), None),
        ((1, 1, 8, 16), (20, 12, 3)),
        ((7, 1, 2, 3), (8, 8, 1)),
        ((1, 1, 1, 1), None),
    ],
)
def test_every_shape_is_drawn(filters: tuple[int, ...], image: tuple[int, ...] | None) -> None:
    pixels = None if image is None else GENERATOR.uniform(0, 255, image)
    picture = drawn(GENERATOR.standard_normal(filters), pixels, GENERATOR.standard_normal((6, 6, filters[3])))
    assert picture.shape[1] <= 1400
    assert has(picture, BLUE) or has(picture, VERMILION)


def test_the_largest_weight_has_the_full_color() -> None:
    weights = np.array([[1.0, 0.0, -1.0]] * 3).reshape(3, 3, 1, 1)
    picture = drawn(weights, None, np.zeros((4, 4, 1)))
    assert has(picture, BLUE)
    assert has(picture, VERMILION)


def test_maps_without_negative_values_are_white_to_blue() -> None:
    maps = GENERATOR.uniform(0, 1, (5, 5, 3))
    maps[..., 2] = 0  # a dead one
    picture = drawn(None, None, maps)
    assert has(picture, BLUE)
    assert not has(picture, VERMILION)


def test_a_few_extreme_values_do_not_make_a_large_map_pale() -> None:
    maps = GENERATOR.standard_normal((100, 100, 1))
    maps[0, 0, 0] = 1e6
    picture = drawn(None, None, maps)
    assert (np.abs(picture.astype(int) - rgb(BLUE)).sum(axis=2) < 120).mean() > 0.005


def test_all_zero() -> None:
    drawn(np.zeros((3, 3, 1, 2)), np.zeros((4, 4, 1)), np.zeros((2, 2, 2)))
