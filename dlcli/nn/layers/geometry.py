"""Geometry of layers with sliding windows: options for sizes and padding, and the output size."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

from annotated_types import Len

from dlcli.core import NonNegativeInt, PositiveInt
from dlcli.kernels import Pair, Sides
from dlcli.nn.layer import Shape, ShapeError

#: one number for both directions, or [vertical, horizontal]
Size: TypeAlias = PositiveInt | Annotated[list[PositiveInt], Len(2, 2)]
#: a named rule, the number of pixels on every side, or [[top, bottom], [left, right]]
Padding: TypeAlias = (
    Literal["valid", "same"] | NonNegativeInt | Annotated[list[Annotated[list[NonNegativeInt], Len(2, 2)]], Len(2, 2)]
)

AXES = ("height", "width")


def pair(size: Size) -> Pair:
    """Return (vertical, horizontal)."""
    if isinstance(size, int):
        return size, size
    vertical, horizontal = size
    return vertical, horizontal


def image_shape(shape: Shape, layer: str) -> tuple[int, int, int]:
    """Return `shape` as (H, W, C).

    Raises:
        ShapeError: The shape does not have three axes; the message suggests how to reshape.
    """
    if len(shape) == 3:
        height, width, channels = shape
        return height, width, channels
    message = f"{layer} expects images (height, width, channels), got {shape}"
    if len(shape) == 2:
        height, width = shape
        reshape = f"reshape: {{shape: [{height}, {width}, 1]}}"
        raise ShapeError(f"{message}; gray images need a channel axis of size 1: put {reshape} before this layer")
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        pixels = f"[{side}, {side}, 1]" if side * side == shape[0] > 1 else "[height, width, channels]"
        raise ShapeError(f"{message}; if the values are pixels, put reshape: {{shape: {pixels}}} before this layer")
    raise ShapeError(message)


def sides(
    padding: Padding, size: tuple[int, ...], window: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)
) -> Sides:
    """Return the padding ((top, bottom), (left, right)) of images of `size` = (H, W).

    `same` pads for `⌈n/s⌉` outputs: `(⌈n/s⌉ − 1) s + f − n` pixels in total, half on each side, an odd one at the end.
    """
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    if isinstance(padding, list):
        (top, bottom), (left, right) = padding
        return (top, bottom), (left, right)
    if padding == "valid":
        return (0, 0), (0, 0)
    height, width = (
        max((-(-n // s) - 1) * s + effective_size(f, d) - n, 0)
        for n, f, s, d in zip(size, window, stride, dilation, strict=True)
    )
    return (height // 2, height - height // 2), (width // 2, width - width // 2)


def effective_size(window: int, dilation: int) -> int:
    """Return the size of a dilated window from its first to its last position, `d (f − 1) + 1`."""
    return dilation * (window - 1) + 1


def output_size(
    size: tuple[int, int], window: Pair, stride: Pair = (1, 1), padding: Padding = "valid", dilation: Pair = (1, 1)
) -> Pair:
    """Return the number of positions of a window along both axes of an image, `⌊(n+2p−f)/s+1⌋`.

    Raises:
        ShapeError: There is no position; the message contains the formula with its numbers.
    """
    around = sides(padding, size, window, stride, dilation)
    positions = [0, 0]
    for axis, name in enumerate(AXES):
        n, f, s, p = size[axis], effective_size(window[axis], dilation[axis]), stride[axis], around[axis]
        positions[axis] = (n + sum(p) - f) // s + 1
        if positions[axis] < 1:
            raise ShapeError(
                f"the window does not fit into the {name}: {_formula(n, p, f, s)} = {positions[axis]}"
                f"{_dilation_formula(window[axis], dilation[axis])}"
            )
    return positions[0], positions[1]


def _formula(n: int, p: Pair, f: int, s: int) -> str:
    """Return the formula with its numbers, such as `⌊(n+2p−f)/s+1⌋ = ⌊(3+2·0−5)/1+1⌋`."""
    if p[0] == p[1]:
        return f"⌊(n+2p−f)/s+1⌋ = ⌊({n}+2·{p[0]}−{f})/{s}+1⌋"
    return f"⌊(n+p−f)/s+1⌋ = ⌊({n}+{p[0]}+{p[1]}−{f})/{s}+1⌋"


def _dilation_formula(window: int, dilation: int) -> str:
    """Return the formula of f for a dilated window; an empty string without dilation."""
    return (
        "" if dilation == 1 else f" with f = {dilation}·({window}−1)+1 for a window of {window} dilated by {dilation}"
    )
