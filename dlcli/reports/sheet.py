"""A figure composed of headings and rows of tiles with captions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dlcli.core import printable, printable_lines
from dlcli.reports.figure import default_style
from dlcli.reports.palette import GRAY, GRID, INK, rgb

WIDTH, MARGIN, GAP = 1400, 44, 14
TITLE, HEADING, NOTE, CAPTION = 25, 19, 15, 14
#: Width of a letter relative to its height.
LETTER = 0.56
_DPI = 100
#: Height of a line relative to its letters.
_LINE = 1.35


@dataclass(frozen=True)
class Line:
    """A line of text below a tile.

    Args:
        text: Text of the line.
        color: Color of the text.
        bold: Whether the text is bold.
        wraps: Whether a text that is too long is wrapped; otherwise it is cut off.
    """

    text: str
    color: str = INK
    bold: bool = False
    wraps: bool = False

    def fitted(self, room: int) -> tuple[Line, ...]:
        """Split the text into lines of at most `room` letters if it wraps; otherwise cut it off."""
        if len(self.text) <= room:
            return (self,)
        if not self.wraps:
            return (replace(self, text=f"{self.text[: room - 1]}…"),)
        parts = [self.text[start : start + room] for start in range(0, len(self.text), room)]
        return tuple(replace(self, text=part) for part in parts)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


@dataclass(frozen=True)
class Mark:
    """A text on a tile, centered at a pixel."""

    row: int
    column: int
    text: str
    color: str = INK


@dataclass(frozen=True)
class Tile:
    """A small image with its captions.

    Args:
        pixels: Pixels (H, W, 3), uint8.
        lines: Lines of text below the image.
        marks: Texts on the image.
    """

    pixels: np.ndarray
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class _Text:
    x: float
    y: float
    text: str
    size: float
    color: str
    bold: bool = False
    horizontal: str = "left"
    vertical: str = "top"
    rotation: float = 0.0


class Sheet:
    """A figure that grows downwards; sizes and positions are in pixels.

    Args:
        title: Title at the top.
        note: Note below the title, in gray.
    """

    def __init__(self, title: str, note: str = "") -> None:
        self.title = title
        self.height = float(MARGIN)
        self._texts: list[_Text] = []
        self._images: list[tuple[int, int, np.ndarray]] = []
        self._paragraph(title, TITLE, INK, bold=True)
        if note:
            self._paragraph(note, NOTE, GRAY)

    def heading(self, text: str, note: str = "") -> None:
        """Begin a section of the figure."""
        self.height += GAP
        self._paragraph(text, HEADING, INK, bold=True)
        if note:
            self._paragraph(note, NOTE, GRAY)

    def tiles(self, tiles: Sequence[Tile], *, columns: int, largest: int = WIDTH) -> None:
        """Add rows of tiles, each as wide as `columns` tiles per row allow.

        Args:
            tiles: Tiles of the same height and width.
            columns: Number of tiles per row.
            largest: Maximum width of a tile.
        """
        width = min(largest, (WIDTH - 2 * MARGIN - (columns - 1) * GAP) // columns)
        height = max(1, round(width * tiles[0].pixels.shape[0] / tiles[0].pixels.shape[1]))
        room = int(width / (CAPTION * LETTER))
        tiles = [
            replace(tile, lines=tuple(part for line in tile.lines for part in line.fitted(room))) for tile in tiles
        ]
        self.height += GAP / 2
        for start in range(0, len(tiles), columns):
            row = tiles[start : start + columns]
            below = max(len(tile.lines) for tile in row) * CAPTION * _LINE
            for column, tile in enumerate(row):
                self._place(tile, MARGIN + column * (width + GAP), round(self.height), width, height)
            self.height += height + below + GAP

    def table(
        self, tile: Tile, rows: Sequence[Line], columns: Sequence[Line], *, cell: tuple[int, int], left: int
    ) -> None:
        """Add a tile that is divided into the cells of a table, with the names of its rows and columns.

        Args:
            tile: Tile with all cells.
            rows: Names of the rows, on the left.
            columns: Names of the columns, at the top; rotated if they are long.
            cell: Width and height of a cell.
            left: Width for the names of the rows.
        """
        cell_width, cell_height = cell
        longest = max(len(line.text) for line in columns)
        self.height += GAP / 2
        upright = longest * CAPTION * LETTER > cell_width - 6
        self.height += longest * CAPTION * LETTER + 6 if upright else CAPTION * _LINE
        top, x = round(self.height), MARGIN + left
        for number, line in enumerate(columns):
            middle = x + (number + 0.5) * cell_width
            self._texts.append(
                _Text(middle, top - 6, line.text, CAPTION, line.color, line.bold, "center", "bottom", 90.0 * upright)
            )
        for number, line in enumerate(rows):
            middle = top + (number + 0.5) * cell_height
            self._texts.append(_Text(x - 10, middle, line.text, CAPTION, line.color, line.bold, "right", "center"))
        self._place(tile, x, top, cell_width * len(columns), cell_height * len(rows))
        self.height = top + cell_height * len(rows) + GAP

    def png(self) -> bytes:
        """Return the figure as a PNG file."""
        from PIL import Image
        from PIL.PngImagePlugin import PngInfo

        width, height = self._width(), round(self.height + MARGIN - GAP)
        canvas: np.ndarray = np.full((height, width, 3), 255, np.uint8)
        for x, y, pixels in self._images:
            canvas[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
        _write_over(canvas, self._texts)
        information = PngInfo()
        information.add_text("Title", self.title)
        file = io.BytesIO()
        Image.fromarray(canvas).save(file, "PNG", pnginfo=information, compress_level=4)
        return file.getvalue()

    def _width(self) -> int:
        """Return the width that fits all texts and images."""
        lines = [(text.x, line, text.size) for text in self._texts for line in text.text.split("\n")]
        ends = [x + len(line) * size * LETTER for x, line, size in lines]
        ends += [x + pixels.shape[1] for x, _, pixels in self._images]
        return min(WIDTH, round(max(ends)) + MARGIN)

    def _paragraph(self, text: str, size: float, color: str, *, bold: bool = False) -> None:
        self._texts.append(_Text(MARGIN, self.height, text, size, color, bold))
        self.height += size * _LINE * (1 + text.count("\n"))

    def _place(self, tile: Tile, x: int, y: int, width: int, height: int) -> None:
        """Place a tile with a thin frame, and the texts on it and below it."""
        framed: np.ndarray = np.empty((height + 2, width + 2, 3), np.uint8)
        framed[:] = rgb(GRID)
        framed[1:-1, 1:-1] = _resized(tile.pixels, width, height)
        self._images.append((x - 1, y - 1, framed))
        rows, columns, _ = tile.pixels.shape
        size = min(CAPTION, 0.34 * width / columns)
        for mark in tile.marks:
            at = x + (mark.column + 0.5) * width / columns, y + (mark.row + 0.5) * height / rows
            self._texts.append(_Text(*at, mark.text, size, mark.color, False, "center", "center"))
        for number, line in enumerate(tile.lines):
            below = y + height + 4 + number * CAPTION * _LINE
            self._texts.append(_Text(x, below, line.text, CAPTION, line.color, line.bold))


def _resized(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resize pixels to (height, width, 3): enlarge without interpolation, reduce by averaging."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels))
    method = Image.Resampling.NEAREST if width >= image.width else Image.Resampling.LANCZOS
    return np.array(image.resize((width, height), method))


@default_style()
def _write_over(canvas: np.ndarray, texts: Sequence[_Text]) -> None:
    """Draw texts onto pixels (H, W, 3) from a separate matplotlib layer."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height, width, _ = canvas.shape
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor="none")
    for text in texts:
        figure.text(
            text.x / width,
            1 - text.y / height,
            printable_lines(text.text),
            fontsize=text.size * 72 / _DPI,
            color=text.color,
            fontweight="bold" if text.bold else "normal",
            horizontalalignment=text.horizontal,
            verticalalignment=text.vertical,
            rotation=text.rotation,
            parse_math=False,
        )
    layer = FigureCanvasAgg(figure)
    layer.draw()  # type: ignore[no-untyped-call]
    colors = np.asarray(layer.buffer_rgba())  # type: ignore[no-untyped-call]
    inked = colors[..., 3] > 0
    share = colors[inked, 3:] / 255
    canvas[inked] = (colors[inked, :3] * share + canvas[inked] * (1 - share)).round()
