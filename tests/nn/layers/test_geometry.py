"""Sizes, padding and the arithmetic of windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.nn import ShapeError
from dlcli.nn.layers.geometry import image_shape, pair, result_size, sides


def test_one_number_is_for_both_directions() -> None:
    assert pair(3) == (3, 3)
    assert pair([2, 5]) == (2, 5)


def test_explicit_padding() -> None:
    assert sides("valid", (5, 5), (3, 3)) == ((0, 0), (0, 0))
    assert sides(2, (5, 5), (3, 3)) == ((2, 2), (2, 2))
    assert sides([[1, 2], [3, 4]], (5, 5), (3, 3)) == ((1, 2), (3, 4))


def test_same_puts_the_odd_zero_after() -> None:
    assert sides("same", (5, 6), (3, 2)) == ((1, 1), (0, 1))
    assert sides("same", (6, 7), (3, 4), (2, 2)) == ((0, 1), (1, 2))


@given(n=st.integers(1, 40), f=st.integers(1, 9), s=st.integers(1, 5), d=st.integers(1, 4))
def test_same_gives_a_result_for_every_stride(n: int, f: int, s: int, d: int) -> None:
    size = result_size((n, 1), (f, 1), (s, 1), "same", (d, 1))
    assert size == (-(-n // s), 1)
    before, after = sides("same", (n, 1), (f, 1), (s, 1), (d, 1))[0]
    assert after - before in (0, 1)


@given(n=st.integers(1, 40), f=st.integers(1, 9), s=st.integers(1, 5), p=st.integers(0, 4), d=st.integers(1, 4))
def test_the_formula_of_the_course(n: int, f: int, s: int, p: int, d: int) -> None:
    expected = (n + 2 * p - (d * (f - 1) + 1)) // s + 1
    if expected > 0:
        assert result_size((n, n), (f, f), (s, s), p, (d, d)) == (expected, expected)
    else:
        with pytest.raises(ShapeError):
            result_size((n, n), (f, f), (s, s), p, (d, d))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((3, 9), (5, 5)), "no window fits into the height: ⌊(n+2p−f)/s+1⌋ = ⌊(3+2·0−5)/1+1⌋ = -1"),
        (((9, 3), (5, 7), (2, 2), 1), "no window fits into the width: ⌊(n+2p−f)/s+1⌋ = ⌊(3+2·1−7)/2+1⌋ = 0"),
        (
            ((3, 3), (7, 3), (1, 1), [[1, 2], [0, 0]]),
            "no window fits into the height: ⌊(n+p−f)/s+1⌋ = ⌊(3+1+2−7)/1+1⌋ = 0",
        ),
        (
            ((4, 4), (3, 3), (1, 1), "valid", (2, 2)),
            "no window fits into the height: ⌊(n+2p−f)/s+1⌋ = ⌊(4+2·0−5)/1+1⌋ = 0"
            " with f = 2·(3−1)+1 for a window of 3 dilated by 2",
        ),
    ],
)
def test_what_does_not_fit_is_worked_out(arguments: tuple, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        result_size(*arguments)
    assert str(caught.value) == message


def test_an_image_has_three_axes() -> None:
    assert image_shape((4, 5, 3), "conv2d") == (4, 5, 3)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (28, 28),
            "conv2d needs an image (height, width, channels), got (28, 28); gray images have a channel axis of 1:"
            " put reshape: {shape: [28, 28, 1]} before it",
        ),
        (
            (64,),
            "conv2d needs an image (height, width, channels), got (64,): numbers in one row; where they are pixels,"
            " put reshape: {shape: [8, 8, 1]} first",
        ),
        (
            (60,),
            "conv2d needs an image (height, width, channels), got (60,): numbers in one row; where they are pixels,"
            " put reshape: {shape: [height, width, channels]} first",
        ),
        ((), "conv2d needs an image (height, width, channels), got ()"),
        ((2, 3, 4, 5), "conv2d needs an image (height, width, channels), got (2, 3, 4, 5)"),
    ],
)
def test_other_examples_are_told_what_is_missing(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        image_shape(shape, "conv2d")
    assert str(caught.value) == message
