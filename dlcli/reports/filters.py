"""Filters of a convolution and what they answer to a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.reports.palette import BLUE, GRAY, GRID, INK, photograph, rgb, shaded, signed
from dlcli.reports.sheet import MARGIN, WIDTH, Line, Mark, Sheet, Tile

MOST_FILTERS, MOST_COLUMNS, MOST_CHANNELS, MOST_MAPS = 64, 32, 32, 64
#: pixels, in a table of filters: side of a filter at most, between filters
CELL, LINE = 42, 4
#: filters so few and so small are shown with their numbers
FEW_FILTERS, FEW_TAPS = 8, 25
#: in maps of so many pixels a few extreme ones would leave the others pale: this share of them has less than full color
MANY_PIXELS, CLIPPED = 4096, 99.5


@dataclass(frozen=True)
class FilterView:
    """What is shown of one layer.

    Args:
        title: of the picture.
        note: below it.
        layer: name of the layer.
        filters: (f_h, f_w, C, K) weights; None for a layer without.
        image: (H, W, C) what the model saw, before normalization; None where it cannot be shown.
        caption: what the image is.
        maps: (P, Q, K) the layer's result.
    """

    title: str
    note: str
    layer: str
    filters: np.ndarray | None
    image: np.ndarray | None
    caption: str
    maps: np.ndarray


def filters_png(view: FilterView) -> bytes:
    """The filters, then the picture with its feature maps."""
    sheet = Sheet(view.title, view.note)
    if view.filters is not None:
        _add_filters(sheet, view.layer, view.filters)
    _add_maps(sheet, view)
    return sheet.png()


def _add_filters(sheet: Sheet, layer: str, filters: np.ndarray) -> None:
    height, width, channels, count = filters.shape
    flat = channels in (1, 3)
    shown = filters[:, :, :MOST_CHANNELS, : MOST_FILTERS if flat else MOST_COLUMNS]
    heading = f"{layer}: {_number(count, 'filter')} of {height} × {width} × {channels}"
    heading += f", the first {shown.shape[3]}" * (shown.shape[3] < count)
    heading += f" with their first {MOST_CHANNELS} channels" * (channels > MOST_CHANNELS)
    limit = float(np.abs(filters).max())
    colors = f"blue is negative, white 0, orange positive, full at ± {limit:.3g}"
    if not flat:
        sheet.heading(heading, f"a filter in each column, what it sees of a channel in each row; {colors}")
        _add_table(sheet, shown, limit)
        return
    if channels == 3:
        sheet.heading(heading, "red, green and blue as they are weighted; gray is 0")
        tiles = [Tile(_colored(shown[..., k], limit), _numbered(k, count)) for k in range(shown.shape[3])]
    else:
        sheet.heading(heading, colors)
        planes = np.moveaxis(shown[:, :, 0], 2, 0)
        tiles = [
            Tile(signed(plane, limit), _numbered(k, count), _weights(plane, count, limit))
            for k, plane in enumerate(planes)
        ]
    sheet.tiles(tiles, columns=max(8, min(16, len(tiles))), largest=150)


def _add_table(sheet: Sheet, filters: np.ndarray, limit: float) -> None:
    """Filters of many channels, with a thin line around what each sees of each channel."""
    height, width, channels, count = filters.shape
    unit = max(2, min(CELL // max(height, width), ((WIDTH - 2 * MARGIN - 40) // count - LINE) // width))
    enlarged = signed(filters, limit).repeat(unit, axis=0).repeat(unit, axis=1)  # (h, w, C, K, 3)
    cell = width * unit + LINE, height * unit + LINE
    ruled: np.ndarray = np.empty((channels, cell[1], count, cell[0], 3), np.uint8)
    ruled[:] = rgb(GRID)
    ruled[:, :-LINE, :, :-LINE] = enlarged.transpose(2, 0, 3, 1, 4)
    sheet.table(
        Tile(ruled.reshape(channels * cell[1], count * cell[0], 3)),
        [Line(str(c + 1), GRAY) for c in range(channels)],
        [Line(str(k + 1), GRAY) for k in range(count)],
        cell=cell,
        left=40,
    )


def _add_maps(sheet: Sheet, view: FilterView) -> None:
    height, width, count = view.maps.shape
    shown = view.maps[..., :MOST_MAPS]
    first = f", the first {MOST_MAPS}" if count > MOST_MAPS else ""
    by_sign = bool((shown < 0).any())
    colors = "blue is negative, orange positive" if by_sign else "white is 0, blue the largest"
    sheet.heading(
        f"{view.layer} of {view.caption}: {_number(count, 'feature map')} of {height} × {width}{first}",
        f"{colors}; each on its own scale: the number below it has the full color",
    )
    tiles = [Tile(*_map(shown[..., k], k, by_sign=by_sign)) for k in range(shown.shape[2])]
    if view.image is not None:
        pixels = _as_large_as(photograph(view.image), height, width)
        tiles.insert(0, Tile(pixels, (Line("the picture", bold=True),)))
    columns = len(tiles) if len(tiles) <= 11 else min(11, max(6, -(-len(tiles) // 2)))
    sheet.tiles(tiles, columns=columns, largest=max(140, min(12 * width, 660)))


def _map(values: np.ndarray, number: int, *, by_sign: bool) -> tuple[np.ndarray, tuple[Line, ...]]:
    """A feature map's pixels and its caption."""
    sizes = np.abs(values)
    if not sizes.any():
        return shaded(values, BLUE), (Line(f"{number + 1}:  0 everywhere", GRAY),)
    limit = float(np.percentile(sizes, CLIPPED)) if sizes.size > MANY_PIXELS else 0.0
    limit = limit or float(sizes.max())
    pixels = signed(values, limit) if by_sign else shaded(values / limit, BLUE)
    return pixels, (Line(f"{number + 1}:  {'±' if by_sign else '0 …'} {limit:.3g}", GRAY),)


def _as_large_as(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """The picture with the shape of the feature maps' tiles: enlarged by whole factors, so that no pixel is lost."""
    from PIL import Image

    if pixels.shape[0] * width == pixels.shape[1] * height:
        return pixels
    scale = max(1, -(-pixels.shape[1] // width))
    size = width * scale, height * scale
    return np.array(Image.fromarray(np.ascontiguousarray(pixels)).resize(size, Image.Resampling.NEAREST))


def _numbered(number: int, count: int) -> tuple[Line, ...]:
    return (Line(str(number + 1), GRAY),) if count > 1 else ()


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _colored(weights: np.ndarray, limit: float) -> np.ndarray:
    """(f_h, f_w, 3) -> uint8, 0 gray."""
    return (127.5 + 127.5 * weights / (limit or 1.0)).round().astype(np.uint8)


def _weights(weights: np.ndarray, count: int, limit: float) -> tuple[Mark, ...]:
    """The numbers of a filter, where there are few; white on what is dark."""
    if count > FEW_FILTERS or weights.size > FEW_TAPS:
        return ()
    return tuple(
        Mark(row, column, _written(weight), "white" if abs(weight) > 0.6 * limit else INK)
        for (row, column), weight in np.ndenumerate(weights)
    )


def _written(weight: float) -> str:
    """Two decimals, with a minus sign where they are not all 0."""
    text = f"{abs(weight):.2f}"
    return f"−{text}" if weight < 0 and float(text) else text
