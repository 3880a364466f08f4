"""Intersection over union: its algebra, and a count of pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.metrics import box_iou

#: sides of the grid on which boxes are counted
GRID = 12


@st.composite
def corner_boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Draw the corners (left, top, right, bottom) of a box with area on the grid."""
    left, top = draw(st.integers(0, GRID - 1)), draw(st.integers(0, GRID - 1))
    return left, top, draw(st.integers(left + 1, GRID)), draw(st.integers(top + 1, GRID))


def box(corners: tuple[int, int, int, int]) -> np.ndarray:
    left, top, right, bottom = corners
    return np.array([[(left + right) / 2, (top + bottom) / 2, bottom - top, right - left]])


def pixels(corners: tuple[int, int, int, int]) -> np.ndarray:
    grid = np.zeros((GRID, GRID), bool)
    left, top, right, bottom = corners
    grid[top:bottom, left:right] = True
    return grid


@given(corner_boxes(), corner_boxes())
def test_equal_to_a_count_of_pixels(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> None:
    both, any_of_them = pixels(first) & pixels(second), pixels(first) | pixels(second)
    assert box_iou(box(first), box(second))[0] == pytest.approx(both.sum() / any_of_them.sum(), rel=1e-12)


finite = st.floats(0.0, 1.0)
boxes = st.tuples(finite, finite, st.floats(1e-3, 1.0), st.floats(1e-3, 1.0)).map(lambda values: np.array([values]))


@given(boxes, boxes)
def test_symmetric_and_from_0_to_1(first: np.ndarray, second: np.ndarray) -> None:
    assert box_iou(first, second) == box_iou(second, first)
    assert 0 <= box_iou(first, second)[0] <= 1


@given(boxes)
def test_a_box_is_equal_to_itself(one: np.ndarray) -> None:
    assert box_iou(one, one)[0] == 1


@given(boxes, boxes, finite, finite)
def test_translation_and_scaling_change_nothing(first: np.ndarray, second: np.ndarray, x: float, y: float) -> None:
    shift, scale = np.array([[x, y, 0, 0]]), 1 + x
    assert box_iou(first + shift, second + shift)[0] == pytest.approx(box_iou(first, second)[0], abs=1e-9)
    assert box_iou(first * scale, second * scale)[0] == pytest.approx(box_iou(first, second)[0], abs=1e-9)


def test_boxes_without_area_have_no_overlap() -> None:
    flat = np.array([[0.5, 0.5, 0.0, 0.2]])
    assert box_iou(flat, flat)[0] == 0
    assert box_iou(flat, np.array([[0.5, 0.5, 1.0, 1.0]]))[0] == 0


def test_nan_stays_nan() -> None:
    assert np.isnan(box_iou(np.full((1, 4), np.nan), np.array([[0.5, 0.5, 1.0, 1.0]]))[0])
