import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.core import strict_json
from dlcli.diagnosis import Assessment, TrainingResult, assess
from dlcli.reports import report_document


def build_document(result: TrainingResult) -> dict[str, Any]:
    text = strict_json.dumps(report_document(result, assess(result)))
    document: dict[str, Any] = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    return document


def test_the_keys_of_the_schema(result: TrainingResult) -> None:
    document = build_document(result)
    assert (document["schema"], document["schema_version"]) == ("dlcli/report", 1)
    assert document.keys() == {
        "schema",
        "schema_version",
        "run",
        "name",
        "status",
        "seconds",
        "optimizing_metric",
        "best_epoch",
        "metrics",
        "positive_classes",
        "ranking",
        "regression",
        "sparsity",
        "unit",
        "predictions",
        "warnings",
        "diagnosis",
        "baseline",
        "training_loss",
        "identical_units",
        "confusion",
        "advice",
    }
    assert document["diagnosis"].keys() == {
        "measure",
        "human_error_known",
        "levels",
        "gaps",
        "verdict",
        "summary",
        "method",
    }
    assert document["diagnosis"]["gaps"][1].keys() == {
        "name",
        "from",
        "to",
        "difference",
        "verdict",
        "is_upper_bound",
        "evidence",
        "needed",
    }


def test_levels_and_gaps_add_up(result: TrainingResult) -> None:
    diagnosis = build_document(result)["diagnosis"]
    errors = {level["name"]: level["error"]["value"] for level in diagnosis["levels"]}
    assert errors == {"human": 0.01, "train": 5 / 600, "dev": 0.08, "test": 0.07}
    for gap in diagnosis["gaps"]:
        assert gap["difference"]["value"] == pytest.approx(errors[gap["to"]] - errors[gap["from"]])
        assert gap["difference"]["method"] and gap["difference"]["level"] == 0.95
    assert diagnosis["verdict"] == "variance"


def test_confusion_counts_every_dev_example(result: TrainingResult) -> None:
    confusion = build_document(result)["confusion"]
    assert sum(map(sum, confusion["counts"])) == 200
    assert sum(pair["count"] for pair in confusion["most_confused"]) == 16


def test_regression_has_no_confusion(regression: TrainingResult) -> None:
    document = build_document(regression)
    assert document["confusion"] is None
    assert document["diagnosis"]["measure"] == "root_mean_squared_error"


def test_values_that_are_not_finite_become_null(make_result: Callable[..., TrainingResult]) -> None:
    assert build_document(make_result(metrics={"dev/roc_auc": float("nan")}))["metrics"] == {"dev/roc_auc": None}


def test_advice_has_a_class_and_a_line_or_an_action(result: TrainingResult, assessment: Assessment) -> None:
    advice = build_document(result)["advice"]
    assert len(advice) == len(assessment.advice)
    for piece in advice:
        assert piece["class"] in {"fit-train", "fit-dev", "fit-test", "real-world"}
        assert (piece["set"] is None) is not (piece["action"] is None)


def test_warnings_begin_with_those_of_the_data(make_result: Callable[..., TrainingResult]) -> None:
    result = make_result(remarks=("overlap",), status="interrupted")
    assert report_document(result, assess(result))["warnings"][0] == "overlap"


def test_identical_units_are_listed(make_result: Callable[..., TrainingResult]) -> None:
    document = build_document(make_result(parameters={"linear_1.weight": np.zeros((4, 8))}))
    assert document["identical_units"] == [{"parameter": "linear_1.weight", "num_units": 8}]


def test_the_evidence_of_a_mismatch(make_result: Callable[..., TrainingResult]) -> None:
    assert [gap["evidence"] for gap in build_document(make_result())["diagnosis"]["gaps"]] == [None, None, None]
    *_, last = build_document(make_result(has_own_test_set=True))["diagnosis"]["gaps"]
    assert last["name"] == "dev_overfit" and "different files" in last["evidence"]
