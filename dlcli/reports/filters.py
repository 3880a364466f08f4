"""A figure of the filters of a convolution and of their feature maps for an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.core import formatting
from dlcli.reports.palette import BLUE, GRAY, GRID, INK, photograph, rgb, shaded, signed
from dlcli.reports.sheet import MARGIN, WIDTH, Line, Mark, Sheet, Tile

MAX_FILTERS, MAX_COLUMNS, MAX_CHANNELS, MAX_MAPS = 64, 32, 32, 64
#: Sizes in pixels in a table of filters: maximum side of a filter, gap between filters.
CELL, LINE = 42, 4
#: Maximum number and size of filters whose weights are written into the figure.
FEW_FILTERS, FEW_WEIGHTS = 8, 25
#: Number of pixels above which the full color is at a percentile, since a few extreme values would leave others pale.
MANY_PIXELS, CLIPPED = 4096, 99.5


@dataclass(frozen=True)
class FilterView:
    """Content of a figure of filters and feature maps of one layer.

    Args:
        title: Title of the figure.
        note: Note below the title.
        layer: Name of the layer.
        filters: Filter weights (f_h, f_w, C, K); None for a layer without filters.
        image: Input image (H, W, C) before normalization; None if the input cannot be drawn.
        caption: Description of the input.
        maps: Feature maps (P, Q, K).
    """

    title: str
    note: str
    layer: str
    filters: np.ndarray | None
    image: np.ndarray | None
    caption: str
    maps: np.ndarray


def filters_png(view: FilterView) -> bytes:
    """Draw the filters, then the image with its feature maps."""
    sheet = Sheet(view.title, view.note)
    if view.filters is not None:
        _add_filters(sheet, view.layer, view.filters)
    _add_maps(sheet, view)
    return sheet.png()


def _add_filters(sheet: Sheet, layer: str, filters: np.ndarray) -> None:
    height, width, channels, count = filters.shape
    flat = channels in (1, 3)
    drawn = filters[:, :, :MAX_CHANNELS, : MAX_FILTERS if flat else MAX_COLUMNS]
    heading = f"{layer}: {formatting.count(count, 'filter')} of {height} × {width} × {channels}"
    heading += f", the first {drawn.shape[3]}" * (drawn.shape[3] < count)
    heading += f" with their first {MAX_CHANNELS} channels" * (channels > MAX_CHANNELS)
    limit = float(np.abs(filters).max())
    colors = f"blue is negative, white 0, orange positive, full at ± {formatting.number(limit, 3)}"
    if not flat:
        sheet.heading(heading, f"columns are filters, rows are input channels; {colors}")
        _add_table(sheet, drawn, limit)
        return
    if channels == 3:
        sheet.heading(heading, "weights of red, green and blue as colors; gray is 0")
        tiles = [Tile(_colored(drawn[..., k], limit), _numbered(k, count)) for k in range(drawn.shape[3])]
    else:
        sheet.heading(heading, colors)
        planes = np.moveaxis(drawn[:, :, 0], 2, 0)
        tiles = [
            Tile(signed(plane, limit), _numbered(k, count), _weights(plane, count, limit))
            for k, plane in enumerate(planes)
        ]
    sheet.tiles(tiles, columns=max(8, min(16, len(tiles))), largest=150)


def _add_table(sheet: Sheet, filters: np.ndarray, limit: float) -> None:
    """Draw filters of many channels, with a thin line around each channel of each filter."""
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
    drawn = view.maps[..., :MAX_MAPS]
    first = f", the first {MAX_MAPS}" if count > MAX_MAPS else ""
    by_sign = bool((drawn < 0).any())
    colors = "blue is negative, orange positive" if by_sign else "white is 0, blue the largest"
    sheet.heading(
        f"{view.layer} of {view.caption}: {formatting.count(count, 'feature map')} of {height} × {width}{first}",
        f"{colors}; each map has its own scale: full color is at the number below it",
    )
    tiles = [Tile(*_map(drawn[..., k], k, by_sign=by_sign)) for k in range(drawn.shape[2])]
    if view.image is not None:
        pixels = _as_large_as(photograph(view.image), height, width)
        tiles.insert(0, Tile(pixels, (Line("the image", bold=True),)))
    columns = len(tiles) if len(tiles) <= 11 else min(11, max(6, -(-len(tiles) // 2)))
    sheet.tiles(tiles, columns=columns, largest=max(140, min(12 * width, 660)))


def _map(values: np.ndarray, number: int, *, by_sign: bool) -> tuple[np.ndarray, tuple[Line, ...]]:
    """Return the pixels and the caption of a feature map."""
    sizes = np.abs(values)
    if not sizes.any():
        return shaded(values, BLUE), (Line(f"{number + 1}:  0 everywhere", GRAY),)
    limit = float(np.percentile(sizes, CLIPPED)) if sizes.size > MANY_PIXELS else 0.0
    limit = limit or float(sizes.max())
    pixels = signed(values, limit) if by_sign else shaded(values / limit, BLUE)
    return pixels, (Line(f"{number + 1}:  {'±' if by_sign else '0 …'} {formatting.number(limit, 3)}", GRAY),)


def _as_large_as(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize the image to the aspect ratio of the feature maps, enlarged by integer factors to keep every pixel."""
    from PIL import Image

    if pixels.shape[0] * width == pixels.shape[1] * height:
        return pixels
    scale = max(1, -(-pixels.shape[1] // width))
    size = width * scale, height * scale
    return np.array(Image.fromarray(np.ascontiguousarray(pixels)).resize(size, Image.Resampling.NEAREST))


def _numbered(number: int, count: int) -> tuple[Line, ...]:
    return (Line(str(number + 1), GRAY),) if count > 1 else ()


def _colored(weights: np.ndarray, limit: float) -> np.ndarray:
    """Map weights (f_h, f_w, 3) to colors of type uint8; 0 is gray."""
    return (127.5 + 127.5 * weights / (limit or 1.0)).round().astype(np.uint8)


def _weights(weights: np.ndarray, count: int, limit: float) -> tuple[Mark, ...]:
    """Return the weights of a filter as texts if there are few; white on dark pixels."""
    if count > FEW_FILTERS or weights.size > FEW_WEIGHTS:
        return ()
    return tuple(
        Mark(row, column, _weight_text(weight), "white" if abs(weight) > 0.6 * limit else INK)
        for (row, column), weight in np.ndenumerate(weights)
    )


def _weight_text(weight: float) -> str:
    """Format a weight with two decimals; rounded zeros have no sign."""
    text = f"{abs(weight):.2f}"
    return f"−{text}" if weight < 0 and float(text) else text
