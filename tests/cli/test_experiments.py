"""An experiment from its config to its results, with every command."""

from __future__ import annotations

import csv
import io
import json

import pytest

from dlcli.metrics import Unit
from dlcli.ops.gelu import GELU

RUN_KEYS = {"run", "status", "metrics", "seconds"}


def test_train_prints_results_on_stdout_and_progress_on_stderr(run, folder):
    outcome = run("train", "config.yaml")
    assert outcome.code == 0
    (run_folder,) = (folder / "runs").iterdir()
    assert f"runs/{run_folder.name}" in outcome.stdout
    assert "try next" in outcome.stdout
    rows = [line.split() for line in outcome.stderr.splitlines()]
    assert rows[0][:2] == ["epoch", "train/loss"]
    assert [row[0] for row in rows[1:]] == [str(epoch) for epoch in range(1, 11)]
    assert json.loads((run_folder / "run.json").read_text())["status"] == "done"


def test_train_with_json_and_quiet_prints_only_one_document(run, folder):
    outcome = run("train", "config.yaml", "--json", "--quiet", "--set", "training.epochs=2")
    assert outcome.stderr == ""
    assert set(outcome.document) >= RUN_KEYS
    assert outcome.document["status"] == "done"
    assert {"train/error", "dev/error", "test/accuracy"} <= set(outcome.document["metrics"])
    assert (folder / "runs" / outcome.document["run"] / "report/report.md").is_file()


@pytest.mark.parametrize(("constraint", "code"), [("<= 1", 0), ("<= 0", 4)])
def test_train_fails_when_no_epoch_satisfies_a_constraint(run, folder, constraint, code):
    options = ("--set", f'evaluation.satisfice={{latency_ms: "< 1e6", dev/error: "{constraint}"}}', "--quiet")
    outcome = run("train", "config.yaml", *options, "--set", "training.epochs=1")
    assert outcome.code == code
    assert "try next" in outcome.stdout
    assert ("dev/error <= 0" in outcome.stderr) == (code == 4)
    document = run("train", "config.yaml", *options, "--set", "training.epochs=1", "--json").document
    assert set(document) >= RUN_KEYS
    assert ("error" in document) == (code == 4)


def test_eval_repeats_the_metrics_of_the_run(run, finished):
    document = run("eval", finished, "--split", "dev", "--json").document
    assert set(document) >= RUN_KEYS
    shown = run("runs", "show", finished, "--json").document["metrics"]
    assert document["metrics"]["dev/error"] == shown["dev/error"]


def test_eval_as_json_has_the_intervals_of_the_text(run, finished):
    document = run("eval", finished, "--split", "dev", "--json").document
    assert (document["split"], document["num_examples"]) == ("dev", 60)
    assert document["intervals"].keys() == {"dev/accuracy", "dev/error"}
    text = run("eval", finished, "--split", "dev").stdout
    for interval in document["intervals"].values():
        assert interval["low"] <= interval["value"] <= interval["high"] and interval["low"] < interval["high"]
        assert Unit.SHARE.interval(interval["low"], interval["high"]) in text


def test_train_as_json_has_the_levels_and_gaps_of_the_text(run, folder):
    document = run("train", "config.yaml", "--json", "--quiet", "--set", "training.epochs=1").document
    report = json.loads((folder / "runs" / document["run"] / "report/report.json").read_text())
    for part in ("diagnosis", "baseline", "advice", "warnings"):
        assert document[part] == report[part]


def test_eval_on_new_data_uses_the_stored_normalization(run, finished, folder):
    lines = (folder / "points.csv").read_text().splitlines()
    (folder / "few.csv").write_text("\n".join(lines[:11]) + "\n")
    few = run("eval", finished, "--data", "few.csv", "--json").document["metrics"]
    rows = csv.DictReader(io.StringIO(run("predict", finished, "few.csv").stdout))
    truth = [line.rsplit(",", 1)[1] for line in lines[1:11]]
    correct = sum(row["class"] == side for row, side in zip(rows, truth, strict=True))
    assert few["new/accuracy"] == pytest.approx(correct / 10)


@pytest.mark.parametrize(("threshold", "code"), [("0.5", 0), ("1.01", 4)])
def test_eval_fails_under_a_threshold_and_still_shows_the_result(run, finished, threshold, code):
    outcome = run("eval", finished, "--fail-under", threshold)
    assert outcome.code == code
    assert "test/accuracy" in outcome.stdout
    document = run("eval", finished, "--fail-under", threshold, "--json").document
    assert set(document) >= RUN_KEYS
    assert ("error" in document) == (code == 4)


def test_predict_names_each_row_and_its_class(run, finished, folder):
    rows = list(csv.DictReader(io.StringIO(run("predict", finished, "points.csv").stdout)))
    assert [row["id"] for row in rows] == [f"p{number}" for number in range(300)]
    assert {row["class"] for row in rows} == {"above", "below"}
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)


def test_predict_writes_files(run, finished, folder):
    outcome = run("predict", finished, "points.csv", "--output", "out.jsonl", "--format", "jsonl")
    assert (outcome.code, outcome.stdout) == (0, "")
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert lines == run("predict", finished, "points.csv", "--json").document["predictions"]
    unwritable = "no/folder/out.csv"
    assert run("predict", finished, "points.csv", "--output", unwritable).code == 1


def test_predict_warns_about_unknown_categories(run, folder):
    rows = [f"{'red' if number % 2 else 'blue'},{number},{'ab'[number % 2]}" for number in range(60)]
    (folder / "points.csv").write_text("\n".join(["color,number,side", *rows]) + "\n")
    run_id = run("train", "config.yaml", "--set", "training.epochs=1", "--quiet", "--json").document["run"]
    (folder / "new.csv").write_text("color,number\ngreen,3\n")
    assert "color" in run("predict", run_id, "new.csv").stderr
    assert run("predict", run_id, "new.csv", "--quiet").stderr == ""


def test_predict_does_not_overwrite_the_examples(run, finished, folder):
    before = (folder / "points.csv").read_text()
    assert run("predict", finished, "points.csv", "--output", folder / "points.csv").code == 2
    assert (folder / "points.csv").read_text() == before


def test_resume_continues_a_finished_run(run, finished):
    assert run("resume", finished).code == 2
    document = run("resume", finished, "--epochs", "12", "--json", "--quiet").document
    assert document["run"] == finished
    assert run("runs", "list", "--json").document["runs"][0]["epochs"] == 12


def test_resume_rejects_options_of_another_experiment(run, finished):
    outcome = run("resume", finished, "--epochs", "12", "--set", "seed=1")
    assert outcome.code == 2
    assert "seed" in outcome.stderr


def test_gradcheck_of_a_config(run, folder):
    outcome = run("gradcheck", "config.yaml")
    assert outcome.code == 0
    assert "linear_1.weight" in outcome.stdout
    document = run("gradcheck", "config.yaml", "--json").document
    assert document["ok"]
    assert document["checked"] == 8 * 2 + 8 + 8 + 1  # two layers of weights and biases, one logit
    assert set(document["worst"]) == {"parameter", "index", "analytic", "numeric", "relative_error"}
    assert document["worst"]["relative_error"] < 1e-6


def test_gradcheck_names_a_wrong_backward(run, folder, monkeypatch):
    backward = GELU.backward
    monkeypatch.setattr(GELU, "backward", staticmethod(lambda ctx, grad: 1.01 * backward(ctx, grad)))
    outcome = run("gradcheck", "config.yaml", "--set", "model.activation=gelu")
    assert outcome.code == 4
    assert "linear_1" in outcome.stderr
    document = run("gradcheck", "--all", "--json").document
    assert not document["ok"]
    assert document["worst"]["parameter"].startswith("gelu")
    assert document["error"]["kind"] == "gate"


def test_gradcheck_needs_a_config_or_all(run, folder):
    assert run("gradcheck").code == 2
    assert run("gradcheck", "config.yaml", "--all").code == 2


def test_show_prints_the_graph_of_a_config_and_of_its_run(run, finished):
    of_config = run("show", "config.yaml", "--json").document
    assert of_config == run("show", finished, "--json").document
    assert of_config["parameters"] == 8 * 2 + 8 + 8 + 1
    assert [node["type"] for node in of_config["nodes"]][-3:] == ["linear", "relu", "linear"]
    assert "linear_1" in run("show", finished[:15]).stdout


def test_doctor_passes_here(run, folder, monkeypatch):
    monkeypatch.delenv("DLCLI_DATA", raising=False)
    outcome = run("doctor", "--json")
    assert outcome.code == 0, outcome.stdout
    names = {check["name"] for check in outcome.document["checks"]}
    assert {"python", "numpy", "cores", "memory", "kernels", "data", "runs", "git"} <= names


def test_doctor_fails_for_a_missing_data_folder(run, folder, monkeypatch):
    monkeypatch.setenv("DLCLI_DATA", str(folder / "nowhere"))
    outcome = run("doctor")
    assert outcome.code == 1
    assert "WRONG" in outcome.stdout
    assert not run("doctor", "--json").document["ok"]
