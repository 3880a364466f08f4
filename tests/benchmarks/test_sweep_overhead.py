"""How the cost of a sweep is worked out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import sweep_overhead
from benchmarks.sweep_ways import TRIALS, WAYS, SweepRun, training_seconds


def sweep_run(trials: float, training: float, best: float = 0.01) -> SweepRun:
    return SweepRun(seconds=trials + 2, trials=trials, training=training, best=best)


def test_the_time_outside_the_loops_is_divided_among_the_trials() -> None:
    assert sweep_overhead.overhead([sweep_run(8.0, 6.4)]) == pytest.approx(40.0)
    assert TRIALS == 40


def test_figures_are_medians_over_rounds_and_ratios_are_taken_within_a_round() -> None:
    measured = {way: [sweep_run(8, 7)] * 3 for way in WAYS}
    measured["dlcli, 1 worker"] = [sweep_run(8, 7, 0.01), sweep_run(16, 14, 0.03), sweep_run(8, 7, 0.02)]
    measured["dlcli, 2 workers"] = [sweep_run(4.5, 7.5), sweep_run(9, 15), sweep_run(5, 8)]
    figures = {row.what: row for row in sweep_overhead.results(measured)}
    throughput = figures["sweep, trials/s of 2 workers ÷ 2 · 1 worker's"]
    assert throughput.value == pytest.approx(8 / 9)
    assert throughput.reached
    loops = throughput.beside["the training loops alone"]
    assert loops == pytest.approx(7 / 7.5)
    expected = {
        "sweep, outside the trials, 1 worker": 2,
        "sweep, random, overhead a trial": pytest.approx(25),
        "sweep, random, overhead ÷ Optuna's": pytest.approx(1),
        "sweep, random, median best dev error": 0.02,
        "sweep, random, largest best dev error": 0.03,
    }
    assert {what: figures[what].value for what in expected} == expected
    tpe = figures["sweep, TPE, overhead ÷ Optuna's"]
    assert tpe.reached


def test_without_optuna_only_the_workers_are_compared() -> None:
    measured = {way: [sweep_run(8, 7)] for way in ("dlcli, 1 worker", "dlcli, 2 workers")}
    assert not [row for row in sweep_overhead.results(measured) if "Optuna" in row.what]


def test_training_is_the_epochs_own_record(tmp_path: Path) -> None:
    records = [{"kind": "step", "seconds": 9.0}, {"kind": "epoch", "seconds": 0.5}, {"kind": "epoch", "seconds": 0.25}]
    (tmp_path / "metrics.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))
    assert training_seconds([tmp_path, tmp_path]) == 1.5
