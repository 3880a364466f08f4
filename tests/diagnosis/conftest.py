"""Synthetic runs to diagnose, built from numbers of errors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from dlcli.diagnosis import Curve, Diagnosis, Evidence, Mismatch, SplitErrors, SplitOutcome, TrainingResult, diagnose
from dlcli.tasks import ClassPredictions, ErrorRate

SPEC: dict[str, Any] = {
    "seed": 0,
    "data": {
        "split": {
            "train": 0.6,
            "dev": 0.2,
            "test": 0.2,
            "train_dev": 0.0,
            "stratify": False,
            "group_by": None,
            "order_by": None,
            "in_order": False,
            "files": None,
            "indices": None,
        }
    },
    "model": {
        "architecture": "mlp",
        "hidden_units": [64],
        "activation": "relu",
        "initializer": {"name": "he_normal"},
        "dropout_rate": 0.0,
    },
    "optimizer": {"name": "adam", "learning_rate": 0.001, "schedule": None},
    "regularization": {"l1": 0.0, "l2": 0.0, "weight_decay": 0.0, "dropout": 0.0, "early_stopping": None},
    "training": {"epochs": 20, "batch_size": 64},
    "evaluation": {"human_error": None, "optimize": "dev/error"},
}


def spec_with(**changes: Any) -> dict[str, Any]:
    """Return the spec with changed keys, `model__hidden_units=[]`, or changed sections, `model={…}`."""
    spec = copy.deepcopy(SPEC)
    for path, value in changes.items():
        section, _, key = path.partition("__")
        spec[section] = spec[section] | {key: value} if key else value
    return spec


@pytest.fixture
def make_spec() -> Callable[..., dict[str, Any]]:
    return spec_with


def diagnosis_of(
    human_error: float | None = None,
    mismatches: Mapping[str, Mismatch] = MappingProxyType({}),
    **counts: tuple[int, int],
) -> Diagnosis:
    """Diagnose (errors, examples) of each split."""
    splits = [
        SplitErrors.counted(split, num_errors=errors, num_examples=examples)
        for split, (errors, examples) in counts.items()
    ]
    return diagnose(splits, measure=ErrorRate(), human_error=human_error, mismatches=mismatches)


@pytest.fixture
def make_diagnosis() -> Callable[..., Diagnosis]:
    return diagnosis_of


def loss_curve(values: list[float]) -> Curve:
    return Curve("train/loss", tuple(range(1, len(values) + 1)), tuple(values))


FLAT_LOSS = [1.0, 0.4, 0.2, 0.11] + [0.1] * 16


@pytest.fixture
def make_evidence() -> Callable[..., Evidence]:
    def make(
        diagnosis: Diagnosis | None = None,
        loss: list[float] = FLAT_LOSS,
        optimized: list[float] = FLAT_LOSS,
        best_epoch: int | None = 20,
        spec: Mapping[str, Any] = SPEC,
        **evidence: Any,
    ) -> Evidence:
        return Evidence(
            diagnosis=diagnosis or diagnosis_of(train=(100, 1000), dev=(40, 400)),
            spec=spec,
            loss=loss_curve(loss),
            optimized=Curve("dev/error", tuple(range(1, len(optimized) + 1)), tuple(optimized)),
            best_epoch=best_epoch,
            num_train=1000,
            **evidence,
        )

    return make


def outcome(split: str, errors: int, examples: int, classes: int = 3) -> SplitOutcome:
    """Build balanced classes; the first `errors` examples are predicted as the next class."""
    targets = np.arange(examples) % classes
    predictions = targets.copy()
    predictions[:errors] = (targets[:errors] + 1) % classes
    return SplitOutcome(split, ClassPredictions(predictions, np.eye(classes)[predictions]), targets)


@pytest.fixture
def make_result() -> Callable[..., TrainingResult]:
    def make(
        counts: Mapping[str, tuple[int, int]] | None = None, spec: Mapping[str, Any] = SPEC, **fields: Any
    ) -> TrainingResult:
        counts = {"train": (20, 1000), "dev": (60, 400), "test": (55, 400)} if counts is None else counts
        history = [
            {"kind": "epoch", "epoch": epoch, "train/loss": value, "dev/error": value}
            for epoch, value in enumerate(FLAT_LOSS, start=1)
        ]
        defaults: dict[str, Any] = {
            "run": "20261122T101500Z-example-3fa2c1",
            "name": "example",
            "status": "done",
            "measure": ErrorRate(),
            "splits": [outcome(split, *count) for split, count in counts.items()],
            "metrics": {f"{split}/error": errors / examples for split, (errors, examples) in counts.items()},
            "history": history,
            "optimizing_metric": "dev/error",
            "best_epoch": 20,
            "spec": spec,
            "class_names": ("cat", "dog", "owl"),
            "seconds": 1.5,
        }
        return TrainingResult(**(defaults | fields))

    return make
