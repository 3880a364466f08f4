"""The settings of every rule of advice turn every shipped config into another valid config."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.diagnosis import Advice, Curve, Diagnosis, Evidence, IdenticalUnits
from dlcli.diagnosis.knobs import ALARMS, KNOBS, MEASUREMENTS, OUTLOOK
from dlcli.spec import load_spec

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
RULES = [*ALARMS, *MEASUREMENTS, *OUTLOOK, *(rule for knobs in KNOBS.values() for rule in knobs)]
LOSSES = {
    "falling": [2.3 * math.exp(-epoch / 15) for epoch in range(500)],
    "diverging": [1.0, 2.0, 4.0, 8.0],
    "stuck": [2.302] * 12,
    "flat": [2.3 * math.exp(-epoch) + 1 for epoch in range(30)],
}
#: Strong regularization, so that advice to weaken it applies.
REGULARIZED = ("regularization.l1=0.5", "regularization.l2=30", "regularization.weight_decay=0.01")


def advice_for(
    config: Path, overrides: tuple[str, ...], trend: str, make_diagnosis: Callable[..., Diagnosis]
) -> list[Advice]:
    spec = load_spec(config, overrides)
    diagnosis = make_diagnosis(train=(100, 2000), train_dev=(120, 2000), dev=(21, 300), test=(30, 300))
    cases = [
        Evidence(
            diagnosis=diagnosis,
            spec=spec.resolved(),
            loss=Curve("train/loss", tuple(range(1, len(LOSSES[trend]) + 1)), tuple(LOSSES[trend])),
            optimized=Curve(spec.evaluation.optimize or "dev/error", tuple(range(1, 21)), (0.1,) * 20),
            best_epoch=5,
            num_train=2000,
            train_class_counts=() if spec.task is not None and spec.task.name == "regression" else (1900, 100),
            identical=identical,
            dead_units={"relu_1": 0.9},
        )
        for identical in ((), (IdenticalUnits("linear_1.weight", 64),))
    ]
    return [advice for evidence in cases for rule in RULES if (advice := rule(evidence)) is not None]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
@pytest.mark.parametrize("overrides", [(), REGULARIZED], ids=["unchanged", "regularized"])
@pytest.mark.parametrize("trend", LOSSES)
def test_settings_give_another_valid_config(
    config: Path, overrides: tuple[str, ...], trend: str, make_diagnosis: Callable[..., Diagnosis]
) -> None:
    before = load_spec(config, overrides).resolved()
    settings = [advice.set_line for advice in advice_for(config, overrides, trend, make_diagnosis) if advice.set_line]
    assert settings
    for line in settings:
        words = [word for word in shlex.split(line) if word != "--set"]
        assert load_spec(config, [*overrides, *words]).resolved() != before, line
