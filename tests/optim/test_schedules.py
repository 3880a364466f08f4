from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from dlcli import registry
from dlcli.optim import (
    Constant,
    Cosine,
    Exponential,
    InverseSquareRoot,
    InverseTime,
    Milestones,
    Polynomial,
    Schedule,
    Staircase,
)

TOTAL_STEPS = 40
STEPS_PER_EPOCH = 4


def factors(schedule: Schedule) -> list[float]:
    return [schedule.factor(step / STEPS_PER_EPOCH, step, TOTAL_STEPS) for step in range(TOTAL_STEPS)]


@pytest.mark.parametrize(
    ("schedule", "epoch", "expected"),
    [
        (Constant(), 7.5, 1.0),
        (InverseTime(decay_rate=1.0), 0, 1.0),
        (InverseTime(decay_rate=1.0), 1, 1 / 2),
        (InverseTime(decay_rate=1.0), 3, 1 / 4),
        (InverseTime(decay_rate=0.5), 1, 2 / 3),
        (Exponential(rate=0.95), 0, 1.0),
        (Exponential(rate=0.95), 2, 0.9025),
        (InverseSquareRoot(), 3, 1 / 2),
        (InverseSquareRoot(scale=2.0), 8, 2 / 3),
        (Staircase(every=3, rate=0.5), 2.99, 1.0),
        (Staircase(every=3, rate=0.5), 3, 0.5),
        (Staircase(every=3, rate=0.5), 6.5, 0.25),
        (Milestones(epochs=[4, 6], rate=0.1), 3.9, 1.0),
        (Milestones(epochs=[6, 4], rate=0.1), 4, 0.1),
        (Milestones(epochs=[4, 6], rate=0.1), 100, 0.01),
    ],
)
def test_formula_by_epoch(schedule: Schedule, epoch: float, expected: float) -> None:
    assert schedule.factor(epoch, 0, 10) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("schedule", "progress", "expected"),
    [
        (Cosine(), 0.0, 1.0),
        (Cosine(), 0.5, 0.5),
        (Cosine(), 1.0, 0.0),
        (Cosine(minimum=0.2), 1 / 3, 0.2 + 0.8 * 0.75),
        (Polynomial(), 0.25, 0.75),
        (Polynomial(power=2.0), 0.5, 0.25),
        (Polynomial(power=2.0, minimum=0.5), 1.0, 0.5),
    ],
)
def test_formula_by_progress(schedule: Schedule, progress: float, expected: float) -> None:
    assert schedule.factor(0, round(progress * 300), 300) == pytest.approx(expected)


#: ours, torch's scheduler of the same optimizer, and whether torch's steps once an epoch (else once a step)
TWINS: dict[str, tuple[Schedule, Callable[[Any, Any], Any], bool]] = {
    "exponential": (Exponential(rate=0.9), lambda module, opt: module.ExponentialLR(opt, 0.9), True),
    "staircase": (Staircase(every=3, rate=0.5), lambda module, opt: module.StepLR(opt, 3, 0.5), True),
    "milestones": (Milestones(epochs=[2, 7]), lambda module, opt: module.MultiStepLR(opt, [2, 7]), True),
    "cosine": (Cosine(minimum=0.1), lambda module, opt: module.CosineAnnealingLR(opt, TOTAL_STEPS, 0.05), False),
    "polynomial": (
        Polynomial(power=2.0),
        lambda module, opt: module.PolynomialLR(opt, total_iters=TOTAL_STEPS, power=2.0),
        False,
    ),
    "warm-up": (
        Constant(warmup_steps=8),
        lambda module, opt: module.LinearLR(opt, start_factor=1 / 8, total_iters=7),
        False,
    ),
}


@pytest.mark.parametrize("case", TWINS)
def test_equals_torch(case: str) -> None:
    torch = pytest.importorskip("torch")
    schedule, make, by_epoch = TWINS[case]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    ours = factors(schedule)[:: STEPS_PER_EPOCH if by_epoch else 1]
    for factor in ours:
        assert 0.5 * factor == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        scheduler.step()


def every_schedule(warmup_steps: int) -> list[Schedule]:
    required = {
        "exponential": {"rate": 0.9},
        "inverse_time": {"decay_rate": 0.1},
        "milestones": {"epochs": [2.0, 5.0]},
        "staircase": {"every": 2.0},
    }
    made = [
        registry.lookup("schedule", name)(warmup_steps=warmup_steps, **required.get(name, {}))
        for name in registry.names("schedule")
    ]
    assert len(made) >= 8
    return made


@pytest.mark.parametrize("schedule", every_schedule(0), ids=lambda schedule: type(schedule).__name__)
def test_falls_from_one_and_stays_positive(schedule: Schedule) -> None:
    found = factors(schedule)
    assert found[0] == 1
    assert all(later <= earlier for earlier, later in pairwise(found))
    assert all(factor > 0 for factor in found)
    assert all(math.isfinite(factor) for factor in found)


@pytest.mark.parametrize(
    ("warm", "cold"),
    list(zip(every_schedule(10), every_schedule(0), strict=True)),
    ids=lambda schedule: type(schedule).__name__,
)
def test_every_schedule_warms_up_in_the_same_way(warm: Schedule, cold: Schedule) -> None:
    ratios = [one / other for one, other in zip(factors(warm), factors(cold), strict=True)]
    assert ratios == pytest.approx([min(1.0, (step + 1) / 10) for step in range(TOTAL_STEPS)])
