"""A multi-task model from its config to its report, with missing labels."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli import api
from dlcli.api import Run
from dlcli.core import ConfigError, DataError, RunInterruptedError
from dlcli.spec import json_schema
from dlcli.training import Observer

CONFIG = """\
data: {{dataset: {{format: csv, path: d.csv, label: [income, car, hours]}}, split: {{train: 0.6, dev: 0.2, test: 0.2}}}}
task: {{name: multi_task, heads: {heads}}}
model: {{architecture: mlp, hidden_units: [8]}}
optimizer: {{name: adam, learning_rate: 0.02}}
training: {{epochs: 6, batch_size: 16, checkpoint: {{every_steps: 2}}}}
"""
RMSE = "root_mean_squared_error"
HEADS = """{
  income: {metrics: [error, {name: roc_auc, positive_class: high}]},
  car: {weight: 0.5},
  hours: {task: regression, weight: 0.01},
}"""


def write(folder: Path, heads: str = HEADS) -> Path:
    generator = np.random.default_rng(0)
    inputs = generator.standard_normal((240, 3))
    lines = ["a,b,c,income,car,hours"]
    for number, (a, b, c) in enumerate(inputs.tolist()):
        car = "" if number % 2 else "yes" if a > b else "no"
        hours = "" if number % 3 == 0 else f"{40 + 5 * a - 3 * c:.1f}"
        lines.append(f"{a},{b},{c},{'high' if a + b > 0 else 'low'},{car},{hours}")
    (folder / "d.csv").write_text("\n".join(lines) + "\n")
    (folder / "c.yaml").write_text(CONFIG.format(heads=heads))
    return folder / "c.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("multi_task")
    return api.train(write(folder), runs_dir=folder / "runs")


def test_every_head_has_its_metrics_on_every_split(run: Run) -> None:
    names = {name.partition("/")[2] for name in run.metrics}
    expected = {"loss", "income.error", "income.roc_auc", "car.error", f"hours.{RMSE}"}
    assert names >= expected
    assert {name.partition("/")[0] for name in run.metrics} == {"train", "dev", "test"}
    assert all(np.isfinite(value) for value in run.metrics.values())
    assert run.metrics["test/income.error"] < 0.25


def test_the_report_has_a_decomposition_for_each_head(run: Run) -> None:
    report = json.loads((run.path / "report" / "report.json").read_text())
    assert report["head"] == "income"
    measures = {head: part["diagnosis"]["measure"] for head, part in report["heads"].items()}
    assert measures == {"income": "error_rate", "car": "error_rate", "hours": RMSE}
    for head in ("income", "car"):
        [dev] = [level for level in report["heads"][head]["diagnosis"]["levels"] if level["name"] == "dev"]
        assert dev["error"]["value"] == pytest.approx(run.metrics[f"dev/{head}.error"])
    assert report["joint"] is None  # errors of classes and of values have no common unit


def test_heads_of_classes_are_diagnosed_together(tmp_path: Path) -> None:
    path = write(tmp_path, "{income: {}, car: {}, hours: {task: regression}}")
    path.write_text(path.read_text().replace(", hours]", "]").replace(", hours: {task: regression}", ""))
    (tmp_path / "d.csv").write_text(
        "\n".join(line.rpartition(",")[0] for line in (tmp_path / "d.csv").read_text().split())
    )
    trained = api.train(path, runs_dir=tmp_path / "runs")
    report = json.loads((trained.path / "report" / "report.json").read_text())
    [test] = [level for level in report["joint"]["levels"] if level["name"] == "test"]
    sizes = {head: _level(report["heads"][head], "test")["num_examples"] for head in ("income", "car")}
    wrong = sum(trained.metrics[f"test/{head}.error"] * size for head, size in sizes.items())
    assert test["num_examples"] == sum(sizes.values())
    assert test["num_units"] == sizes["income"]
    assert test["error"]["value"] == pytest.approx(wrong / sum(sizes.values()))


def _level(part: dict, name: str) -> dict:
    return next(level for level in part["diagnosis"]["levels"] if level["name"] == name)


def test_predictions_have_every_head_and_the_targets_that_are_known(run: Run) -> None:
    rows = [json.loads(line) for line in (run.path / "predictions" / "test.jsonl").read_text().splitlines()]
    assert [*rows[0]] == [
        "id",
        "income.class",
        "income.probability",
        "car.class",
        "car.probability",
        "hours.value",
        "target",
    ]
    assert all((row["target"]["car"] is None) == (row["id"] % 2 == 1) for row in rows)
    assert all((row["target"]["hours"] is None) == (row["id"] % 3 == 0) for row in rows)
    loaded = api.load(run.path)
    new = loaded.predict_file(run.path.parents[1] / "d.csv")
    assert new[rows[0]["id"]]["income.class"] == rows[0]["income.class"]
    named = loaded.predict(np.zeros((2, 3)))
    assert named["income"].shape == (2,)
    assert named["hours"].shape == (2, 1)


def test_a_run_can_be_evaluated_and_compared(run: Run) -> None:
    evaluated = api.evaluate(run.path, split="test")
    assert evaluated.metrics == pytest.approx({k: v for k, v in run.metrics.items() if k.startswith("test/")})
    assert "test/income.error" in evaluated.intervals
    [comparison] = api.compare([run.path, run.path]).errors
    assert [split.difference.value for split in comparison.splits if split.difference is not None] == [0, 0]


def test_new_data_may_lack_labels_but_not_a_column(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("a,b,c,income,car,hours\n1,1,1,high,,\n-1,-1,0,low,yes,3\n")
    evaluated = api.evaluate(run.path, data=tmp_path / "new.csv")
    assert evaluated.num_examples == 2
    (tmp_path / "new.csv").write_text("a,b,c,income,hours\n1,1,1,high,2\n")
    with pytest.raises(DataError) as caught:
        api.evaluate(run.path, data=tmp_path / "new.csv")
    assert caught.value.code == "missing_column"


class _Interruption(Observer):
    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:
        if record["epoch"] == 3:
            signal.raise_signal(signal.SIGTERM)


def test_a_resumed_run_has_the_same_bits(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunInterruptedError):
        api.train(write(tmp_path), runs_dir=tmp_path / "runs", observer=_Interruption())
    [folder] = (tmp_path / "runs").iterdir()
    assert api.resume(folder).metrics == run.metrics


LAYERS = """\
model:
  layers:
    - linear: {units: 8}
    - relu: {name: trunk}
    - linear: {units: 1, name: income_logit}
    - linear: {units: 4, inputs: [trunk]}
    - linear: {units: 1, name: car_logit}
    - linear: {units: 1, name: hours_value, inputs: [trunk]}
  output: {car: car_logit, income: income_logit, hours: hours_value}
"""


def with_outputs(folder: Path, **changes: str) -> Path:
    path = write(folder)
    lines = [line for line in path.read_text().splitlines() if not line.startswith("model")]
    text = LAYERS
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text("\n".join(lines) + "\n" + text)
    return path


def test_outputs_of_the_model_are_named_like_the_heads(tmp_path: Path) -> None:
    trained = api.train(with_outputs(tmp_path), runs_dir=tmp_path / "runs")
    assert trained.metrics["test/income.error"] < 0.35
    loaded = api.load(trained.path)
    inputs = next(loaded.read(tmp_path / "d.csv", require_targets=False).batches(240)).inputs
    nodes = loaded.model.node_outputs(inputs, ["income_logit", "car_logit", "hours_value"])
    rows = loaded.predict_file(tmp_path / "d.csv")
    names = {head: loaded.task.parts[head].classes.names for head in ("income", "car")}
    for head in ("income", "car"):
        expected = [names[head][int(logit > 0)] for logit in nodes[f"{head}_logit"][:, 0]]
        assert [row[f"{head}.class"] for row in rows] == expected
    np.testing.assert_allclose([row["hours.value"] for row in rows], nodes["hours_value"][:, 0], rtol=1e-5)


@pytest.mark.parametrize(
    ("changes", "code", "key"),
    [
        ({"{car: ": "{cars: "}, "unknown_name", "model.output.cars"),
        ({"hours: hours_value": "hours: hour"}, "unknown_name", "model.output.hours"),
        ({"car: car_logit, ": ""}, "missing_key", "model.output"),
        ({"units: 1, name: car_logit": "units: 2, name: car_logit"}, "wrong_shape", "model.output.car"),
    ],
)
def test_outputs_that_do_not_fit_the_heads(tmp_path: Path, changes: dict[str, str], code: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        api.train(with_outputs(tmp_path, **changes), runs_dir=tmp_path / "runs")
    assert (caught.value.code, caught.value.key) == (code, key)
    assert not (tmp_path / "runs").exists()


def test_new_data_without_any_target_of_a_head_has_no_interval(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("a,b,c,income,car,hours\n1,1,1,,yes,\n-1,-1,0,,no,3\n")
    evaluated = api.evaluate(run.path, data=tmp_path / "new.csv")
    assert evaluated.intervals == {}
    assert np.isnan(evaluated.metrics["new/income.error"])
    assert np.isfinite(evaluated.metrics["new/car.error"])


def test_targets_of_several_heads_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        api.train(write(tmp_path), overrides=["data.augment=[mixup]"], runs_dir=tmp_path / "runs")
    assert (caught.value.code, caught.value.key) == ("not_applicable", "data.augment[0].mixup")


def test_heads_of_another_run_are_replaced_one_by_one(tmp_path: Path) -> None:
    source = api.train(with_outputs(tmp_path), runs_dir=tmp_path / "runs")
    config = (tmp_path / "c.yaml").read_text().partition("model:")[0]
    (tmp_path / "again.yaml").write_text(f"{config}model: {{from: {source.path}, replace_head: true}}\n")
    again = api.train(tmp_path / "again.yaml", runs_dir=tmp_path / "runs")
    assert {*again.metrics} == {*source.metrics}


def test_editors_know_the_options_of_a_head() -> None:
    forms = json_schema()["definitions"]["task"]["anyOf"]
    [multi_task] = [form for form in forms if "heads" in form.get("properties", {})]
    assert {*multi_task["properties"]["heads"]["additionalProperties"]["properties"]} == {"task", "weight", "metrics"}


def test_a_human_error_belongs_to_a_head(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        api.train(write(tmp_path), overrides=["evaluation.human_error=0.05"], runs_dir=tmp_path / "runs")
    assert (caught.value.code, caught.value.key) == ("conflicting_options", "evaluation.human_error")
    assert "dev/income.error" in caught.value.message
