"""The whole report, of sweeps that went well and of those that did not."""

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


def written(outcome: SweepOutcome) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    """The page, the document and the pictures; every picture is one, and of a size that can be looked at."""
    texts: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    write_sweep_report(outcome, write_text=texts.__setitem__, write_bytes=pictures.__setitem__)
    assert set(texts) == {"report/report.md", "report/report.json"}
    for name, picture in pictures.items():
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", picture[16:24])
        assert 900 < width < 2600 and 300 < height < 2600, (name, width, height)
        assert f"({name.removeprefix('report/')})" in texts["report/report.md"]
    return texts["report/report.md"], json.loads(texts["report/report.json"], parse_constant=refuse), pictures


def test_a_whole_sweep(outcome: SweepOutcome) -> None:
    page, document, pictures = written(outcome)
    assert set(pictures) == FIGURES - {"report/zoom.png"}
    assert "40 trials: 22 trained to the end, 13 pruned, 2 diverged, 3 failed" in page
    assert "**Trial 26: dev error 2.35 % (lower is better).**" in page
    assert "| `model.hidden_units` | `[134, 134]` |" in page and "[best.yaml](../best.yaml)" in page
    assert "2.87 % ± 0.23 points" in page and "95 % interval of the mean 2.30 … 3.43 %" in page
    assert "worse than the 2.35 % it was chosen for" in page and "9 cannot be distinguished" in page
    assert "The best 20 of 35 configurations" in page and "\n| 21 |" not in page
    assert "| 20 | 1 | 8.07 % | done | 10 | 3.0 s | 0.0003015 | adam | 0.8577 | 2 | 66 | 0.2153 |" in page
    assert "Test error 3.12 % (95 % interval 1.85 … 5.18 %)" in page and page.count("3.12 %") == 1
    assert "Test was evaluated once, with the model of seed 1" in page
    assert "| 3 | diverged | 1 | 1 | the loss was not finite in epoch 2; linear_1 went first |" in page
    assert "no memory for 'model.hidden_units' \\| 512 MiB" in page
    assert "ended 13 trials early and spared 91 epochs" in page and "an estimate" in page
    assert "| `optimizer.learning_rate` | 52 % | 38 … 66 % | first |" in page
    assert "The measured order holds for this space only" in page
    assert document["schema"] == "dlcli/sweep-report" and len(document["trials"]) == 40
    assert document["best"]["trial"] == 26 and document["certainty"]["indistinguishable"][0] == 39
    assert document["final"]["test_intervals"] == {"test/error": [0.0185, 0.0518]}
    assert document["pruning"]["epochs"] == 91 and document["pruning"]["seconds"] == pytest.approx(27.3)
    assert document["importances"][0]["tier"] == 1


@pytest.mark.parametrize("draw", [parallel_coordinates_png, importance_png])
def test_the_same_sweep_gives_the_same_bytes(draw: Callable[..., bytes | None], outcome: SweepOutcome) -> None:
    assert draw(outcome) == draw(outcome)


def test_stages_are_shown_with_their_gain_and_the_noise(staged: SweepOutcome) -> None:
    page, document, pictures = written(staged)
    assert set(pictures) == FIGURES
    assert (pictures["report/zoom.png"], pictures["report/progress.png"]) == (zoom_png(staged), progress_png(staged))
    assert "| 3 | 14 | 4 of 6 | 2.07 % | 0.82 points | 0.15 points |" in page
    assert "| 1 | 39, 40, 41 | 2.22 % ± 0.15 points | done | 10, 10, 10 | 9.0 s |" in page
    assert document["stages"][2]["choices"] == {"optimizer.name": [1]}
    assert document["stages"][0]["gain"] is None


def test_one_trial_has_nothing_beside_it(make_outcome: Make) -> None:
    page, document, pictures = written(make_outcome(1))
    assert set(pictures) == {"report/parameters.png"}
    assert "there is nothing to compare it with" in page and "Only 1 configuration was tried" in page
    assert "With 1 trial it cannot be told which parameter mattered" in page
    assert document["certainty"]["noise"] is None


def test_two_trials_cannot_be_told_apart_without_seeds(make_outcome: Make) -> None:
    page, _, pictures = written(make_outcome(2, pruning=None))
    assert set(pictures) == FIGURES - {"report/zoom.png", "report/importance.png"}
    assert "it cannot be told whether the best one is better than the next" in page
    assert "pruning" not in page


def test_all_failed(make_outcome: Make) -> None:
    trials = tuple(
        replace(trial, status="killed" if trial.number else "failed", value=None, history=(), reason=None)
        for trial in make_outcome(6).trials
    )
    page, document, pictures = written(make_outcome(trials=trials, config=None))
    assert not pictures and document["best"] is None
    assert "No trial was trained to its end" in page and "best.yaml" not in page and "How sure" not in page
    assert "| 5 | killed | 0 | 1 | not known |" in page


def test_nothing_has_begun(make_outcome: Make) -> None:
    waiting = tuple(replace(one, status="waiting", value=None, history=()) for one in make_outcome(3).trials)
    page, document, pictures = written(make_outcome(trials=waiting, seconds=0.0))
    assert not pictures and document["statuses"] == {"waiting": 3}
    assert "dlcli sweep resume" in page
    assert "0 trials; 0 s" in written(make_outcome(trials=(), seconds=0.0))[0]


def test_only_pruned_trials_have_values(make_outcome: Make) -> None:
    trials = tuple(replace(one, status="pruned") for one in make_outcome(4).trials if one.status == "done")
    page, document, pictures = written(make_outcome(trials=trials, config=None))
    assert "report/parameters.png" in pictures and "report/parallel_coordinates.png" not in pictures
    assert document["best"] is None and "its best value up to where it was ended" in page


def test_no_configuration_satisfies_the_constraints(make_outcome: Make) -> None:
    objective = Objective("dev/error", direction=Direction.MINIMIZE, constraints=("latency_ms <= 5",))
    trials = tuple(replace(one, violated=("latency_ms <= 5",)) for one in make_outcome(2).trials)
    page, _, _ = written(make_outcome(trials=trials, objective=objective))
    assert "> **No configuration satisfies every constraint; the best one breaks latency_ms <= 5.**" in page
    assert "breaks latency_ms <= 5 | 10" in page


def test_equal_values_and_a_metric_that_is_no_share(make_outcome: Make) -> None:
    trials = tuple(replace(one, value=0.5, status="done") for one in make_outcome(3).trials)
    objective = Objective("dev/roc_auc", direction=Direction.MAXIMIZE)
    page, _, pictures = written(make_outcome(trials=trials, objective=objective))
    assert "dev roc auc 0.5 (higher is better)" in page and len(pictures) == 3
    assert "2 other configurations reached the very same value (trials 1, 2)" in page


def test_a_final_training_of_one_seed_without_test(make_outcome: Make) -> None:
    final = FinalOutcome(values=(0.05,), seeds=(0,), runs=("final/seed-0",), chosen=0, test={}, intervals={})
    page, document, _ = written(make_outcome(2, final=final))
    assert "one seed says nothing about the spread" in page and "On test" not in page
    assert document["final"]["interval"] == [None, None]


def test_many_parameters_with_long_names(make_outcome: Make, make_trial: Callable[..., Trial]) -> None:
    kinds = (LogUniform(low=1e-5, high=1.0), Choice(values=["a_long_name", [512, 256]]), IntLogUniform(low=8, high=999))
    space = Space([Parameter(f"model.layers[{k}].a_long_section.number_{k}", kinds[k % 3]) for k in range(12)])
    generator = np.random.default_rng(0)
    trials = tuple(make_trial(k, space.sample(generator), 0.1 + 0.01 * k) for k in range(9))
    _, _, pictures = written(make_outcome(trials=trials, space=space, importances=(), name="a-long-name-" * 12))
    assert len(pictures) == 3


def test_matplotlib_and_rich_are_loaded_when_they_are_needed() -> None:
    code = "import sys, dlcli.sweeps.report; assert not {'matplotlib', 'rich', 'sklearn', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
