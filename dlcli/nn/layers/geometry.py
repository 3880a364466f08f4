"""What layers that move a window over an image share: sizes and padding as options, and the size of the result."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

from annotated_types import Len

from dlcli.core import NonNegativeInt, PositiveInt
from dlcli.kernels import Pair, Sides
from dlcli.nn.layer import Shape, ShapeError

#: one number for both directions, or [down, across]
Size: TypeAlias = PositiveInt | Annotated[list[PositiveInt], Len(2, 2)]
#: a named rule, pixels on every side, or [[above, below], [left, right]]
Padding: TypeAlias = (
    Literal["valid", "same"] | NonNegativeInt | Annotated[list[Annotated[list[NonNegativeInt], Len(2, 2)]], Len(2, 2)]
)

AXES = ("height", "width")


def pair(size: Size) -> Pair:
    """(down, across)."""
    if isinstance(size, int):
        return size, size
    down, across = size
    return down, across


def image_shape(shape: Shape, layer: str) -> tuple[int, int, int]:
    """`shape` as (H, W, C).

    Raises:
        ShapeError: it has not three axes; the message says what is missing.
    """
    if len(shape) == 3:
        height, width, channels = shape
        return height, width, channels
    found = f"{layer} needs an image (height, width, channels), got {shape}"
    if len(shape) == 2:
        height, width = shape
        wanted = f"reshape: {{shape: [{height}, {width}, 1]}}"
        raise ShapeError(f"{found}; gray images have a channel axis of 1: put {wanted} before it")
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        wanted = f"[{side}, {side}, 1]" if side * side == shape[0] > 1 else "[height, width, channels]"
        raise ShapeError(f"{found}: numbers in one row; where they are pixels, put reshape: {{shape: {wanted}}} first")
    raise ShapeError(found)


def sides(
    padding: Padding, size: tuple[int, ...], window: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)
) -> Sides:
    """((above, below), (left, right)): the zeros around images of `size` = (H, W).

    `same` pads for `⌈n/s⌉` outputs: `(⌈n/s⌉ − 1) s + f − n` zeros in all, half of them on each side, an odd one after.
    """
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    if isinstance(padding, list):
        (above, below), (left, right) = padding
        return (above, below), (left, right)
    if padding == "valid":
        return (0, 0), (0, 0)
    height, width = (
        max((-(-n // s) - 1) * s + reach(f, d) - n, 0)
        for n, f, s, d in zip(size, window, stride, dilation, strict=True)
    )
    return (height // 2, height - height // 2), (width // 2, width - width // 2)


def reach(window: int, dilation: int) -> int:
    """Pixels from the first kernel position to the last, both included: `d (f − 1) + 1`."""
    return dilation * (window - 1) + 1


def result_size(
    size: tuple[int, int], window: Pair, stride: Pair = (1, 1), padding: Padding = "valid", dilation: Pair = (1, 1)
) -> Pair:
    """How many places a window has along both axes of an image: `⌊(n+2p−f)/s+1⌋`.

    Raises:
        ShapeError: it has none; the message has the numbers put in.
    """
    around = sides(padding, size, window, stride, dilation)
    places = [0, 0]
    for axis, name in enumerate(AXES):
        n, f, s, p = size[axis], reach(window[axis], dilation[axis]), stride[axis], around[axis]
        places[axis] = (n + sum(p) - f) // s + 1
        if places[axis] < 1:
            raise ShapeError(
                f"no window fits into the {name}: {_arithmetic(n, p, f, s)} = {places[axis]}"
                f"{_of_dilation(window[axis], dilation[axis])}"
            )
    return places[0], places[1]


def _arithmetic(n: int, p: Pair, f: int, s: int) -> str:
    """`⌊(n+2p−f)/s+1⌋ = ⌊(3+2·0−5)/1+1⌋`."""
    if p[0] == p[1]:
        return f"⌊(n+2p−f)/s+1⌋ = ⌊({n}+2·{p[0]}−{f})/{s}+1⌋"
    return f"⌊(n+p−f)/s+1⌋ = ⌊({n}+{p[0]}+{p[1]}−{f})/{s}+1⌋"


def _of_dilation(window: int, dilation: int) -> str:
    """Where f comes from, if it is not the window itself."""
    return (
        "" if dilation == 1 else f" with f = {dilation}·({window}−1)+1 for a window of {window} dilated by {dilation}"
    )
