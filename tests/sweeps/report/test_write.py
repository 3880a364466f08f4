"""Report files of successful and failed sweeps."""

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlcli.core import Direction
from dlcli.search import (
    Choice,
    FinalOutcome,
    IntLogUniform,
    LogUniform,
    Objective,
    Parameter,
    Space,
    SweepOutcome,
    Trial,
)
from dlcli.sweeps.report import write_sweep_report
from dlcli.sweeps.report.importance_plot import importance_png
from dlcli.sweeps.report.parallel_coordinates import parallel_coordinates_png
from dlcli.sweeps.report.progress_plot import progress_png
from dlcli.sweeps.report.zoom_plot import zoom_png

Make = Callable[..., SweepOutcome]
FIGURES = {f"report/{name}.png" for name in ("progress", "parallel_coordinates", "parameters", "importance", "zoom")}


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def write_report(outcome: SweepOutcome) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    """Return page, document and figures, after checking the format and the size of the figures."""
    texts: dict[str, str] = {}
    figures: dict[str, bytes] = {}
    write_sweep_report(outcome, write_text=texts.__setitem__, write_bytes=figures.__setitem__)
    assert set(texts) == {"report/report.md", "report/report.json"}
    for name, image in figures.items():
        assert image.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", image[16:24])
        assert 900 < width < 2600 and 300 < height < 2600, (name, width, height)
        assert f"({name.removeprefix('report/')})" in texts["report/report.md"]
    return texts["report/report.md"], json.loads(texts["report/report.json"], parse_constant=refuse), figures


def sections(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("#")]


def test_report(outcome: SweepOutcome) -> None:
    page, document, figures = write_report(outcome)
    assert set(figures) == FIGURES - {"report/zoom.png"}
    assert len(sections(page)) == 9
    assert "2.35 %" in page and "2.87 % ± 0.23 points" in page and "2.30 … 3.43 %" in page
    assert "| `model.hidden_units` | `[134, 134]` |" in page and "[best.yaml](../best.yaml)" in page
    assert "The best 20 of 35" in page and "\n| 21 |" not in page
    assert "| 20 | 1 | 8.07 % | done | 10 | 3.0 s | 0.0003015 | adam | 0.8577 | 2 | 66 | 0.2153 |" in page
    assert "1.85 … 5.18 %" in page and page.count("3.12 %") == 1
    assert "| 3 | diverged | 1 | 1 | " in page
    assert "hidden_units' \\| 512 MiB" in page
    assert ".learning_rate` | 52 % | 38 … 66 % | first |" in page
    assert document["schema"] == "dlcli/sweep-report" and len(document["trials"]) == 40
    assert document["statuses"] == {"done": 22, "pruned": 13, "diverged": 2, "failed": 3}
    assert document["best"]["trial"] == 26 and document["best"]["value"] == pytest.approx(0.0235, abs=5e-5)
    assert len(document["certainty"]["indistinguishable"]) == 9 and document["certainty"]["indistinguishable"][0] == 39
    assert document["final"]["mean"] == pytest.approx(0.0287, abs=5e-5)
    assert document["final"]["test_intervals"] == {"test/error": [0.0185, 0.0518]}
    assert document["pruning"] == {"rule": "median", "trials": 13, "epochs": 91, "seconds": pytest.approx(27.3)}
    assert document["importances"][0]["tier"] == 1


@pytest.mark.parametrize("draw", [parallel_coordinates_png, importance_png])
def test_figures_are_reproducible(draw: Callable[..., bytes | None], outcome: SweepOutcome) -> None:
    assert draw(outcome) == draw(outcome)


def test_stages(staged: SweepOutcome) -> None:
    page, document, figures = write_report(staged)
    assert set(figures) == FIGURES
    assert (figures["report/zoom.png"], figures["report/progress.png"]) == (zoom_png(staged), progress_png(staged))
    assert "| 3 | 14 | 4 of 6 | 2.07 % | 0.82 points | 0.15 points |" in page
    assert "| 1 | 39, 40, 41 | 2.22 % ± 0.15 points | done | 10, 10, 10 | 9.0 s |" in page
    assert document["stages"][2]["choices"] == {"optimizer.name": [1]}
    assert document["stages"][0]["gain"] is None


def test_one_trial(make_outcome: Make) -> None:
    _, document, figures = write_report(make_outcome(1))
    assert set(figures) == {"report/parameters.png"}
    assert (document["certainty"]["noise"], document["certainty"]["compared"]) == (None, 0)
    assert document["importances"] == []


def test_two_trials_without_seeds_and_pruning(make_outcome: Make) -> None:
    page, document, figures = write_report(make_outcome(2, pruning=None))
    assert set(figures) == FIGURES - {"report/zoom.png", "report/importance.png"}
    assert (document["certainty"]["noise"], document["certainty"]["compared"]) == (None, 1)
    assert document["pruning"]["rule"] is None
    assert "pruning" not in page.lower()


def test_all_trials_failed(make_outcome: Make) -> None:
    trials = tuple(
        replace(trial, status="killed" if trial.number else "failed", value=None, history=(), reason=None)
        for trial in make_outcome(6).trials
    )
    page, document, figures = write_report(make_outcome(trials=trials, config=None))
    assert not figures and document["best"] is None
    assert "best.yaml" not in page and "Confidence" not in page
    assert "| 5 | killed | 0 | 1 | unknown |" in page


def test_no_trial_has_started(make_outcome: Make) -> None:
    waiting = tuple(replace(one, status="waiting", value=None, history=()) for one in make_outcome(3).trials)
    page, document, figures = write_report(make_outcome(trials=waiting, seconds=0.0))
    assert not figures and document["statuses"] == {"waiting": 3}
    assert "dlcli sweep resume" in page
    assert write_report(make_outcome(trials=(), seconds=0.0))[1]["statuses"] == {}


def test_only_pruned_trials_have_values(make_outcome: Make) -> None:
    trials = tuple(replace(one, status="pruned") for one in make_outcome(4).trials if one.status == "done")
    _, document, figures = write_report(make_outcome(trials=trials, config=None))
    assert "report/parameters.png" in figures and "report/parallel_coordinates.png" not in figures
    assert document["best"] is None


def test_violated_constraints(make_outcome: Make) -> None:
    objective = Objective("dev/error", direction=Direction.MINIMIZE, constraints=("latency_ms <= 5",))
    trials = tuple(replace(one, violated=("latency_ms <= 5",)) for one in make_outcome(2).trials)
    page, document, _ = write_report(make_outcome(trials=trials, objective=objective))
    assert document["best"]["violated"] == ["latency_ms <= 5"]
    assert "\n> **" in page
    assert "violates latency_ms <= 5 | 10" in page


def test_equal_values_of_metric_without_percent(make_outcome: Make) -> None:
    trials = tuple(replace(one, value=0.5, status="done") for one in make_outcome(3).trials)
    objective = Objective("dev/roc_auc", direction=Direction.MAXIMIZE)
    page, document, figures = write_report(make_outcome(trials=trials, objective=objective))
    assert "dev roc auc 0.5" in page and len(figures) == 3
    assert document["certainty"]["equal"] == [1, 2]


def test_final_training_with_one_seed_and_without_test(make_outcome: Make) -> None:
    final = FinalOutcome(values=(0.05,), seeds=(0,), runs=("final/seed-0",), chosen=0, test={}, intervals={})
    page, document, _ = write_report(make_outcome(2, final=final))
    assert "### On test" not in page
    assert (document["final"]["interval"], document["final"]["standard_deviation"]) == ([None, None], None)


def test_many_parameters_with_long_names(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    kinds = (LogUniform(low=1e-5, high=1.0), Choice(values=["a_long_name", [512, 256]]), IntLogUniform(low=8, high=999))
    space = Space([Parameter(f"model.layers[{k}].a_long_section.number_{k}", kinds[k % 3]) for k in range(12)])
    generator = np.random.default_rng(0)
    trials = tuple(make_trial(k, space.sample(generator), 0.1 + 0.01 * k) for k in range(9))
    _, _, figures = write_report(make_outcome(trials=trials, space=space, importances=(), name="a-long-name-" * 12))
    assert len(figures) == 3


def test_heavy_packages_are_imported_lazily() -> None:
    code = "import sys, dlcli.sweeps.report; assert not {'matplotlib', 'rich', 'sklearn', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
