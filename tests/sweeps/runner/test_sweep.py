"""Sweeps from start to end: results, resuming, failures and reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import dlcli
from dlcli import sweeps
from dlcli.core import ConfigError, DataError, InvalidConfigError, SweepFailedError
from dlcli.runs import RunFolder
from dlcli.search import Trial
from dlcli.spec import load_spec
from dlcli.sweeps import Sweep
from tests.sweeps.conftest import CONFIG


def results(trials: Sequence[Trial]) -> list[tuple[Any, ...]]:
    return [(it.number, it.key, it.repeat, it.status, it.value, it.history, dict(it.metrics)) for it in trials]


def test_sweep_writes_trials_best_config_and_report(done: Sweep, tmp_path: Path) -> None:
    outcome = done.outcome
    assert [trial.status for trial in outcome.trials] == ["done"] * 6
    best = min(outcome.trials, key=lambda trial: (trial.value, trial.number))
    spec = load_spec(done.path / "best.yaml")
    assert spec.training.batch_size == best.values["training.batch_size"]
    assert spec.optimizer.options["learning_rate"] == best.values["optimizer.learning_rate"]
    for name in ("sweep.yaml", "base.yaml", "journal.jsonl", "report/report.md", "report/report.json"):
        assert (done.path / name).is_file()
    for trial in outcome.trials:
        folder = RunFolder(done.path / f"trials/{trial.number:04d}")
        assert folder.record().status == "done"
        [epoch] = [line for line in folder.metrics() if line["dev/error"] == trial.value][:1]
        assert epoch.items() >= dict(trial.metrics).items()


def test_trial_equals_training_of_its_config(done: Sweep, tmp_path: Path) -> None:
    trial = done.outcome.trials[3]
    config = tmp_path / "trial.yaml"
    config.write_text(sweeps.best_config(sweeps.SweepFolder(done.path), trial=3))
    run = dlcli.train(config, runs_dir=tmp_path / "single")
    assert tuple(line["dev/error"] for line in RunFolder(run.path).metrics()) == trial.history


def test_only_final_model_is_evaluated_on_test(done: Sweep) -> None:
    assert not any(name.startswith("test/") for trial in done.outcome.trials for name in trial.metrics)
    assert not list(done.path.glob("trials/*/predictions"))
    predictions = list(done.path.glob("final/*/predictions/test.jsonl"))
    assert len(predictions) == 1
    final = done.outcome.final
    assert final is not None
    assert len(final.values) == 2
    best_run = done.path / final.runs[final.chosen]
    evaluated = dlcli.evaluate(best_run, split="test")
    assert evaluated.metrics == final.test
    assert final.values[final.chosen] == min(final.values)
    low, high = final.intervals["test/error"]
    assert low < final.test["test/error"] < high


def test_final_runs_keep_split(done: Sweep) -> None:
    assert done.outcome.final is not None
    folders = [RunFolder(done.path / name) for name in ("trials/0000", *done.outcome.final.runs)]
    tests = [folder.read_arrays("splits.npz")["test"].tolist() for folder in folders]
    assert tests[0] == tests[1] == tests[2]
    assert len({folder.record().seed for folder in folders}) == 3


def test_number_of_workers_does_not_change_results(sweep_file: Path, tmp_path: Path, done: Sweep) -> None:
    single = sweeps.sweep(sweep_file, settings={"execution.workers": 1}, runs_dir=tmp_path / "single")
    assert results(single.outcome.trials) == results(done.outcome.trials)
    assert single.outcome.final == done.outcome.final


def test_cached_data_is_used_only_for_the_same_config(sweep_file: Path, tmp_path: Path) -> None:
    """Consecutive trials have different data, so none may use what is cached from the previous one."""
    values = {"data.normalize": ["standard", "min_max", "none"]}
    text = "base: base.yaml\nsearch: grid\nfinal: null\nexecution: {workers: 1}\n"
    sweep_file.write_text(f"{text}space: {json.dumps(values)}\n")
    result = sweeps.sweep(sweep_file, runs_dir=tmp_path / "runs")
    for trial in result.outcome.trials:
        run = dlcli.train(tmp_path / "base.yaml", overrides=dict(trial.values), runs_dir=tmp_path / "alone")
        assert tuple(line["dev/error"] for line in RunFolder(run.path).metrics()) == trial.history


def test_resume_with_more_trials(sweep_file: Path, tmp_path: Path, copied: Path) -> None:
    whole = sweeps.sweep(sweep_file, settings={"budget.trials": 9}, runs_dir=tmp_path / "whole")
    more = sweeps.resume(copied, settings={"budget.trials": 9})
    assert results(more.outcome.trials) == results(whole.outcome.trials)
    assert sweeps.status(sweeps.SweepFolder(copied)).trials == more.outcome.trials


def test_resume_refuses_settings_that_change_results(done: Sweep) -> None:
    with pytest.raises(ConfigError) as caught:
        sweeps.resume(done.path, settings={"search": "grid"})
    assert (caught.value.key, caught.value.code) == ("search", "changed_option")


def test_retry_of_failed_trials(sweep_file: Path, tmp_path: Path) -> None:
    text = sweep_file.read_text().replace("[16, 64]", "[16, 64]\n  data.path: [gone, there]")
    sweep_file.write_text(text.replace("trials: 6", "trials: 4"))
    (tmp_path / "base.yaml").write_text(
        "data: {dataset: {format: csv, path: rows.csv, label: y}, split: {dev: 0.4}}\n"
        "model: {architecture: logistic_regression}\noptimizer: sgd\ntraining: {epochs: 2}\n"
    )
    rows = "".join(f"{index},{index % 7},{'ab'[index % 2]}\n" for index in range(40))
    for folder in (tmp_path, tmp_path / "there"):
        folder.mkdir(exist_ok=True)
        (folder / "rows.csv").write_text("u,v,y\n" + rows)
    result = sweeps.sweep(sweep_file, overrides={"data.path": str(tmp_path)}, runs_dir=tmp_path / "runs")
    assert {trial.status for trial in result.outcome.trials} == {"done"}  # also with a path relative to the base

    (tmp_path / "rows.csv").unlink()
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/rows.csv").write_text("u,v,y\n")
    with pytest.raises(DataError):  # the base has no data, so the sweep does not start
        sweeps.sweep(sweep_file, runs_dir=tmp_path / "runs")
    result = sweeps.sweep(sweep_file, overrides={"data.path": str(tmp_path / "there")}, runs_dir=tmp_path / "runs")
    failing = {trial.number for trial in result.outcome.trials if trial.values["data.path"] == "gone"}
    assert {trial.number for trial in result.failed} == failing
    assert failing
    assert all("rows.csv" in (trial.reason or "") for trial in result.failed)

    (tmp_path / "gone/rows.csv").write_text("u,v,y\n" + rows)
    again = sweeps.resume(result.path, retry_failed=True)
    assert not again.failed
    assert {trial.status for trial in again.outcome.trials} == {"done"}


def test_trial_with_damaged_files_is_retrained(copied: Path, done: Sweep) -> None:
    lines = (copied / "journal.jsonl").read_text().splitlines()
    remaining = [line for line in lines if '"trial": 2' not in line or '"proposed"' in line]
    remaining = [
        line
        for line in remaining
        if not line.startswith(('{"event": "final"', '{"event": "tested"', '{"event": "over"'))
    ]
    (copied / "journal.jsonl").write_text("".join(f"{line}\n" for line in remaining))
    (copied / "trials/0002/run.json").write_text("")  # as after a power failure
    result = sweeps.resume(copied)
    assert [trial.number for trial in result.failed] == [2]
    assert "run.json" in (result.failed[0].reason or "")
    assert results(sweeps.resume(copied, retry_failed=True).outcome.trials) == results(done.outcome.trials)


def test_sweep_without_result_fails(sweep_file: Path, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(CONFIG.replace("logistic_regression", "mlp, hidden_units: [8, 8]"))
    sweep_file.write_text(sweep_file.read_text().replace("log_uniform(1e-4, 1)", "log_uniform(1e30, 1e38)"))
    with pytest.raises(SweepFailedError, match="trial 5 diverged:"):
        sweeps.sweep(sweep_file, runs_dir=tmp_path / "runs")


def test_objective_on_test_is_refused(sweep_file: Path, tmp_path: Path) -> None:
    sweep_file.write_text(sweep_file.read_text() + "objective: {optimize: test/error}\n")
    with pytest.raises(ConfigError, match="test/error") as caught:
        sweeps.sweep(sweep_file, runs_dir=tmp_path / "runs")
    assert (caught.value.line, caught.value.column) == (8, 23)
    assert not (tmp_path / "runs").exists()


def test_mistakes_are_reported_before_folder_is_created(sweep_file: Path, tmp_path: Path) -> None:
    sweep_file.write_text(sweep_file.read_text().replace("learning_rate", "learning_rat"))
    with pytest.raises(InvalidConfigError) as caught:
        sweeps.sweep(sweep_file, runs_dir=tmp_path / "runs")
    assert {problem.code for problem in caught.value.problems} == {"unknown_key"}
    assert not (tmp_path / "runs").exists()


def test_resume_refuses_changed_data(tmp_path: Path, sweep_file: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "data: {dataset: {format: csv, path: rows.csv, label: y}, split: {dev: 0.4}}\n"
        "model: {architecture: logistic_regression}\noptimizer: sgd\ntraining: {epochs: 2}\n"
    )
    rows = "u,v,y\n" + "".join(f"{index},{index % 7},{'ab'[index % 2]}\n" for index in range(40))
    (tmp_path / "rows.csv").write_text(rows)
    result = sweeps.sweep(sweep_file, runs_dir=tmp_path / "runs")
    (tmp_path / "rows.csv").write_text(rows + "3,4,a\n")
    with pytest.raises(DataError) as caught:
        sweeps.resume(result.path, settings={"budget.trials": 8})
    assert caught.value.code == "changed_data"


def test_list_and_find_sweeps(done: Sweep) -> None:
    runs = done.path.parent
    [summary] = sweeps.list_sweeps(runs)
    assert (summary.id, summary.status, summary.ended, summary.failed) == (done.id, "done", 6, 0)
    for text in (done.id, done.id[:12], "search", str(done.path)):
        assert sweeps.find(runs, text).path == done.path
    with pytest.raises(ConfigError, match="serch"):
        sweeps.find(runs, "serch")
