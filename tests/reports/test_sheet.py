"""Figures composed of tiles: positions, and that everything is inside."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from dlcli.reports.sheet import GAP, MARGIN, WIDTH, Line, Mark, Sheet, Tile


def opened(sheet: Sheet) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(sheet.png())).convert("RGB"))


def colored(red: int, shape: tuple[int, int] = (2, 2)) -> np.ndarray:
    pixels = np.zeros((*shape, 3), np.uint8)
    pixels[..., 0] = red
    return pixels


def test_tiles_are_in_rows_and_columns() -> None:
    sheet = Sheet("Tiles")
    sheet.tiles([Tile(colored(red), (Line("below"),)) for red in (10, 20, 30)], columns=2, largest=100)
    picture = opened(sheet)
    places = {red: np.argwhere((picture == [red, 0, 0]).all(axis=2)) for red in (10, 20, 30)}
    assert all(len(found) == 100 * 100 for found in places.values())
    first, second, third = (found[0] for found in places.values())
    assert first[0] == second[0] < third[0]
    assert first[1] == third[1] == MARGIN
    assert second[1] == MARGIN + 100 + GAP


def test_the_width_fits_the_content() -> None:
    narrow, wide = Sheet("A"), Sheet("A")
    narrow.tiles([Tile(colored(10))], columns=8)
    wide.tiles([Tile(colored(10))] * 8, columns=8)
    assert opened(narrow).shape[1] < 300
    assert WIDTH - 20 < opened(wide).shape[1] <= WIDTH


def test_a_table_has_a_cell_for_each_row_and_column() -> None:
    sheet = Sheet("Table", "two lines\nof a note")
    cells = np.array([[[1, 0, 0], [2, 0, 0], [3, 0, 0]], [[4, 0, 0], [5, 0, 0], [6, 0, 0]]], np.uint8)
    names = [Line("short"), Line("a name that is long"), Line("x")]
    sheet.table(Tile(cells, (), (Mark(0, 0, "7"),)), names[:2], names, cell=(40, 30), left=100)
    picture = opened(sheet)
    for value in range(2, 7):
        found = np.argwhere((picture == [value, 0, 0]).all(axis=2))
        assert len(found) == 40 * 30
        assert found[0][1] == MARGIN + 100 + (value - 1) % 3 * 40


@pytest.mark.parametrize("shape", [(3, 5), (500, 700)])
def test_images_are_enlarged_by_pixels_and_reduced_smoothly(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    sheet = Sheet("One")
    sheet.tiles([Tile(pixels)], columns=4)
    values = {tuple(color) for color in opened(sheet).reshape(-1, 3)[::7].tolist()}
    assert ({tuple(color) for color in pixels.reshape(-1, 3).tolist()} <= values) == (shape == (3, 5))


def test_texts_are_not_parsed_as_formulas_and_long_ones_are_cut() -> None:
    sheet = Sheet(r"costs $5 and $6 \frac")
    sheet.tiles([Tile(colored(1), (Line("a very long caption " * 20),))], columns=8)
    assert opened(sheet).shape[1] < 500
