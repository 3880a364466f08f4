import os
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib

from dlcli.reports import default_style, new_figure, style_axes, to_png


def test_figures_are_reproducible_and_have_no_version() -> None:
    def draw() -> bytes:
        figure = new_figure(2.0, 1.0)
        style_axes(figure.add_axes((0.2, 0.2, 0.7, 0.7)))
        return to_png(figure, "a title")

    assert draw() == draw()
    assert b"a title" in draw() and b"atplotlib" not in draw()


def test_axes_have_only_the_bottom_line() -> None:
    axes = new_figure(2.0, 1.0).add_axes((0.2, 0.2, 0.7, 0.7))
    style_axes(axes)
    assert [side for side in axes.spines if axes.spines[side].get_visible()] == ["bottom"]


_DRAW = """
import sys
from dlcli.reports.figure import default_style, new_figure, style_axes, to_png

@default_style()
def draw():
    figure = new_figure(3.0, 2.0)
    axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
    axes.plot([0, 1], [0, 1], label="a $x$")
    axes.set_title("a title")
    axes.legend()
    style_axes(axes)
    return to_png(figure, "t")

sys.stdout.buffer.write(draw())
"""


def drawn_in(folder: Path, **environment: str) -> bytes:
    command = [sys.executable, "-c", _DRAW]
    ended = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout


def test_user_settings_do_not_affect_a_figure(tmp_path: Path) -> None:
    usual, styled, home = (tmp_path / name for name in ("usual", "styled", "home"))
    for folder in (usual, styled, home / "stylelib"):
        folder.mkdir(parents=True)
    settings = "text.usetex: True\nfigure.dpi: 37\nfont.family: serif\nsavefig.bbox: tight\nnonsense\n"
    for file in (styled / "matplotlibrc", home / "matplotlibrc", home / "stylelib" / "classic.mplstyle"):
        file.write_text(settings)
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(fonts, home)  # finding the fonts of the machine again takes seconds
    plain = drawn_in(usual)
    assert drawn_in(styled, MATPLOTLIBRC=str(home), MPLCONFIGDIR=str(home), MPLBACKEND="no such backend") == plain
    (styled / "matplotlibrc").unlink()
    os.mkfifo(styled / "matplotlibrc")  # reading it would wait for a writer
    assert drawn_in(styled) == plain


def test_the_settings_of_a_program_do_not_change() -> None:
    @default_style()
    def family() -> object:
        return matplotlib.rcParams["font.family"]

    with matplotlib.rc_context({"font.family": ["serif"], "lines.linewidth": 9}):
        assert family() == ["DejaVu Sans"]
        assert matplotlib.rcParams["font.family"] == ["serif"]
        assert matplotlib.rcParams["lines.linewidth"] == 9


def test_unprintable_characters_are_escaped() -> None:
    @default_style()
    def draw(name: str) -> bytes:
        figure = new_figure(2.0, 1.0)
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.set_title(name)
        axes.set_xlabel(name)
        axes.annotate(name, (0.5, 0.5))
        return to_png(figure, "t")

    assert draw("a\x1b[1m $x^$ \u202eb") == draw(
        "a\\x1b[1m $x^$ \\u202eb"
    )  # a glyph that is missing would be a warning
