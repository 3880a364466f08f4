"""Sizes, padding and the number of window positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.nn import ShapeError
from dlcli.nn.layers.geometry import image_shape, output_size, pair, sides


def test_one_number_stands_for_both_directions() -> None:
    assert pair(3) == (3, 3)
    assert pair([2, 5]) == (2, 5)


def test_explicit_padding() -> None:
    assert sides("valid", (5, 5), (3, 3)) == ((0, 0), (0, 0))
    assert sides(2, (5, 5), (3, 3)) == ((2, 2), (2, 2))
    assert sides([[1, 2], [3, 4]], (5, 5), (3, 3)) == ((1, 2), (3, 4))


def test_same_puts_the_odd_zero_at_the_end() -> None:
    assert sides("same", (5, 6), (3, 2)) == ((1, 1), (0, 1))
    assert sides("same", (6, 7), (3, 4), (2, 2)) == ((0, 1), (1, 2))


@given(n=st.integers(1, 40), f=st.integers(1, 9), s=st.integers(1, 5), d=st.integers(1, 4))
def test_same_has_ceil_n_over_s_outputs(n: int, f: int, s: int, d: int) -> None:
    size = output_size((n, 1), (f, 1), (s, 1), "same", (d, 1))
    assert size == (-(-n // s), 1)
    before, after = sides("same", (n, 1), (f, 1), (s, 1), (d, 1))[0]
    assert after - before in (0, 1)


@given(n=st.integers(1, 40), f=st.integers(1, 9), s=st.integers(1, 5), p=st.integers(0, 4), d=st.integers(1, 4))
def test_number_of_positions_equals_the_formula(n: int, f: int, s: int, p: int, d: int) -> None:
    expected = (n + 2 * p - (d * (f - 1) + 1)) // s + 1
    if expected > 0:
        assert output_size((n, n), (f, f), (s, s), p, (d, d)) == (expected, expected)
    else:
        with pytest.raises(ShapeError):
            output_size((n, n), (f, f), (s, s), p, (d, d))


@pytest.mark.parametrize(
    ("arguments", "formula"),
    [
        (((3, 9), (5, 5)), "height: ⌊(n+2p−f)/s+1⌋ = ⌊(3+2·0−5)/1+1⌋ = -1"),
        (((9, 3), (5, 7), (2, 2), 1), "width: ⌊(n+2p−f)/s+1⌋ = ⌊(3+2·1−7)/2+1⌋ = 0"),
        (((3, 3), (7, 3), (1, 1), [[1, 2], [0, 0]]), "height: ⌊(n+p−f)/s+1⌋ = ⌊(3+1+2−7)/1+1⌋ = 0"),
        (
            ((4, 4), (3, 3), (1, 1), "valid", (2, 2)),
            "height: ⌊(n+2p−f)/s+1⌋ = ⌊(4+2·0−5)/1+1⌋ = 0 with f = 2·(3−1)+1 for a window of 3 dilated by 2",
        ),
    ],
)
def test_error_contains_the_formula_with_its_numbers(arguments: tuple, formula: str) -> None:
    with pytest.raises(ShapeError) as caught:
        output_size(*arguments)
    assert str(caught.value).endswith(formula)


def test_an_image_has_three_axes() -> None:
    assert image_shape((4, 5, 3), "conv2d") == (4, 5, 3)


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((28, 28), "reshape: {shape: [28, 28, 1]}"),
        ((64,), "reshape: {shape: [8, 8, 1]}"),
        ((60,), "reshape: {shape: [height, width, channels]}"),
        ((), "conv2d"),
        ((2, 3, 4, 5), "conv2d"),
    ],
)
def test_other_shapes_are_refused_with_a_hint(shape: tuple[int, ...], hint: str) -> None:
    with pytest.raises(ShapeError) as caught:
        image_shape(shape, "conv2d")
    assert f"got {shape}" in str(caught.value)
    assert hint in str(caught.value)
    assert ("reshape" in str(caught.value)) is (len(shape) in (1, 2))
