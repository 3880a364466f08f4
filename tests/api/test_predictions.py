"""Rows of predictions: every field has a unique name, whatever the columns of the data are called."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli import api
from dlcli.data import Values
from dlcli.data.normalization import NoNormalization
from dlcli.tasks import Regression, ValuePredictions, value_keys
from dlcli.tasks.regression import FIELDS

COLUMNS = st.sampled_from([*FIELDS, "price", "value", "prediction_id", "prediction_target", "truth_2"]) | st.text(
    min_size=1
)


@given(st.lists(COLUMNS, unique=True, min_size=1, max_size=5))
def test_no_field_of_a_row_hides_another(names: list[str]) -> None:
    values = np.arange(2.0 * len(names)).reshape(2, -1)
    task = Regression(Values.of(values, NoNormalization(), tuple(names)))
    rows = [*task.prediction_rows(ValuePredictions(values))]
    assert [np.ravel(target).tolist() for target in task.target_rows(-values)] == (-values).tolist()
    for number, row in enumerate(rows):
        assert not row.keys() & {"id", "target", "group"}
        assert [*row.values()] == values[number].tolist()


def test_ordinary_columns_keep_their_names() -> None:
    assert value_keys(("price", "area"), 2) == ["price", "area"]
    assert value_keys((), 1) == ["value"]
    assert value_keys(("target",), 1) == ["prediction"]
    assert value_keys(("price", "id"), 2) == ["prediction_price", "prediction_id"]


@pytest.mark.parametrize("columns", [["target"], ["id"], ["prediction"], ["price"], ["id", "target"]])
def test_a_run_keeps_prediction_and_truth(tmp_path: Path, columns: list[str]) -> None:
    """The target has every digit of the file; the prediction is close to it, and equals that of `predict`."""
    truths = [[1700000004.25 + 3 * row + k for k in range(len(columns))] for row in range(40)]
    lines = [",".join(map(str, [row, *values])) for row, values in enumerate(truths)]
    (tmp_path / "d.csv").write_text("\n".join([",".join(["x", *columns]), *lines]) + "\n")
    (tmp_path / "c.yaml").write_text(
        f"data: {{dataset: {{format: csv, path: d.csv, label: {json.dumps(columns)}}}, normalize_targets: standard}}\n"
        f"task: regression\nmodel: {{layers: [linear: {{units: {len(columns)}}}]}}\n"
        "optimizer: {name: sgd, learning_rate: 0.1}\ntraining: {epochs: 40}\n"
    )
    run = api.train(tmp_path / "c.yaml", runs_dir=tmp_path / "runs")
    keys = value_keys(columns, len(columns))
    rows = [json.loads(line) for line in (run.path / "predictions" / "test.jsonl").read_text().splitlines()]
    new = api.load(run.path).predict_file(tmp_path / "d.csv")
    assert len(rows) == 8
    for row in rows:
        assert np.ravel(row["target"]).tolist() == truths[row["id"]]
        guess = [row[key] for key in keys]
        np.testing.assert_allclose(guess, truths[row["id"]], atol=5, rtol=0)
        assert [new[row["id"]][key] for key in keys] == pytest.approx(guess, abs=1e-3)
    [comparison] = api.compare([run.path, run.path]).errors
    assert [split.difference.value for split in comparison.splits] == [0, 0]


def test_large_integer_targets_keep_every_digit(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("x,y\n" + "".join(f"{row},{9007199254740993 + row}\n" for row in range(20)))
    (tmp_path / "c.yaml").write_text(
        "data: {dataset: {format: csv, path: d.csv}, normalize_targets: standard}\n"
        "task: regression\nmodel: {layers: [linear: {units: 1}]}\noptimizer: sgd\ntraining: {epochs: 1}\n"
    )
    run = api.train(tmp_path / "c.yaml", runs_dir=tmp_path / "runs")
    for line in (run.path / "predictions" / "test.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert row["target"] == 9007199254740993 + row["id"]
