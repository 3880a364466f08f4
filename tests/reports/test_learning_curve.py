import math
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dlcli.diagnosis import Curve, TrainingResult
from dlcli.metrics import Unit
from dlcli.reports import learning_curve_png
from dlcli.reports.learning_curve import Panel

Make = Callable[..., TrainingResult]


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_two_panels_are_drawn_reproducibly(result: TrainingResult) -> None:
    picture = learning_curve_png(result)
    assert picture is not None and size_of(picture) == (1260, 518)
    assert learning_curve_png(result) == picture


@pytest.mark.parametrize("epochs", [0, 1])
def test_one_epoch_has_no_curve(make_result: Make, epochs: int) -> None:
    assert learning_curve_png(make_result(epochs)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"best_epoch": None},
        {"optimizing_metric": "dev/loss"},
        {"optimizing_metric": "dev/macro_f1"},
        {"history": [{"kind": "epoch", "epoch": e, "train/loss": 0.0} for e in (1, 2)]},
        {"history": [{"kind": "epoch", "epoch": e, "train/loss": 10.0**-e} for e in range(1, 6)]},
        {"history": [{"kind": "epoch", "epoch": e, "train/loss": None if e == 3 else e} for e in (1, 2, 3)]},
    ],
    ids=["no best", "loss decides", "metric not recorded", "all zero", "logarithmic", "diverged"],
)
def test_optional_fields_may_be_missing(make_result: Make, fields: dict[str, Any]) -> None:
    picture = learning_curve_png(make_result(**fields))
    assert picture is not None
    size_of(picture)


def test_values_that_are_not_finite_have_no_curve(make_result: Make) -> None:
    history = [{"kind": "epoch", "epoch": e, "train/loss": math.nan} for e in (1, 2, 3)]
    assert learning_curve_png(make_result(history=history)) is None


def test_matplotlib_is_imported_lazily_and_pyplot_never() -> None:
    code = "import sys, dlcli.reports; assert 'matplotlib' not in sys.modules and 'rich' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_steep_start_is_cut_off_and_all_marks_remain_visible() -> None:
    values = (50.0, 9.0, 8.0, 7.5, 7.0, 6.8, 6.7, 6.6)
    line = Curve("dev/loss", tuple(range(1, 9)), values)
    panel = Panel("loss", {"dev": line}, unit=Unit.NUMBER, is_logarithmic=False, human_error=None, best_epoch=8)
    low, high, is_cut = panel.limits
    assert is_cut and low < 6.6 and 9.0 < high < 10
    low, high, is_cut = replace(panel, best_epoch=1).limits
    assert not is_cut and high > 50  # the best epoch is the first
    low, high, is_cut = replace(panel, human_error=2.0).limits
    assert low < 2.0
