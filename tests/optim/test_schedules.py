from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import registry
from dlcli.optim import (
    Constant,
    Cosine,
    Exponential,
    InverseSquareRoot,
    InverseTime,
    Milestones,
    Polynomial,
    Position,
    Schedule,
    Staircase,
)

TOTAL_STEPS = 40
STEPS_PER_EPOCH = 4


def factors(schedule: Schedule) -> list[float]:
    return [schedule.factor(Position(step, STEPS_PER_EPOCH, TOTAL_STEPS)) for step in range(TOTAL_STEPS)]


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
    assert schedule.factor(Position(round(100 * epoch), 100, 10**5)) == pytest.approx(expected)


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
    assert schedule.factor(Position(round(progress * 300), 300, 300)) == pytest.approx(expected)


@pytest.mark.parametrize("schedule", [Cosine(minimum=0.2), Polynomial(power=1.5, minimum=0.2)])
@pytest.mark.parametrize(("warmup_steps", "total_steps"), [(0, 7), (4, 7), (7, 7), (6, 4)])
def test_the_minimum_holds_after_the_end(schedule: Schedule, warmup_steps: int, total_steps: int) -> None:
    schedule = dataclasses.replace(schedule, warmup_steps=warmup_steps)
    for step in (7, 9):  # a resumed training may be past the end that its config now sets
        assert schedule.factor(Position(step, 3, total_steps)) == pytest.approx(0.2)


@pytest.mark.parametrize(
    "schedule",
    [Exponential(rate=1e200), Staircase(every=0.001, rate=10.0), Milestones(epochs=[0.0, 1.0], rate=1e200)],
)
def test_a_rate_that_overflows_is_infinite(schedule: Schedule) -> None:
    assert schedule.factor(Position(8, 4, 100)) == math.inf


#: schedule, torch's equivalent for the same optimizer, and whether torch's steps once an epoch (else once a step)
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
    schedules = [
        registry.lookup("schedule", name)(warmup_steps=warmup_steps, **required.get(name, {}))
        for name in registry.names("schedule")
    ]
    assert len(schedules) >= 8
    return schedules


@pytest.mark.parametrize("schedule", every_schedule(0), ids=lambda schedule: type(schedule).__name__)
def test_falls_from_one_and_stays_positive(schedule: Schedule) -> None:
    values = factors(schedule)
    assert values[0] == 1
    assert all(later <= earlier for earlier, later in pairwise(values))
    assert all(factor > 0 for factor in values)
    assert all(math.isfinite(factor) for factor in values)


@pytest.mark.parametrize(
    ("warm", "cold"),
    list(zip(every_schedule(10), every_schedule(0), strict=True)),
    ids=lambda schedule: type(schedule).__name__,
)
def test_every_schedule_rises_to_the_configured_rate_and_decays_from_there(warm: Schedule, cold: Schedule) -> None:
    values = factors(warm)
    assert values[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert max(values) == 1
    begin = 0 if isinstance(cold, Milestones) else 10  # milestones count from the start of training
    expected = [
        cold.factor(Position(step - begin, STEPS_PER_EPOCH, TOTAL_STEPS - begin)) for step in range(10, TOTAL_STEPS)
    ]
    assert values[10:] == expected


def test_a_warm_up_as_long_as_the_training_never_decays() -> None:
    for schedule in every_schedule(TOTAL_STEPS):
        assert factors(schedule) == [(step + 1) / TOTAL_STEPS for step in range(TOTAL_STEPS)]


@given(
    steps_per_epoch=st.integers(1, 400),
    every=st.fractions(Fraction(1, 50), 20, max_denominator=50),
    epochs=st.integers(1, 8),
)
def test_a_staircase_steps_down_at_exact_fractions_of_epochs(
    steps_per_epoch: int, every: Fraction, epochs: int
) -> None:
    schedule = Staircase(every=float(every), rate=0.5)
    for step in range(0, epochs * steps_per_epoch, max(1, steps_per_epoch // 20)):
        expected = 0.5 ** math.floor(Fraction(step, steps_per_epoch) / every)
        assert schedule.factor(Position(step, steps_per_epoch, 10**6)) == expected


def test_a_staircase_of_a_fifth_of_an_epoch_halves_the_rate_at_every_fifth_step() -> None:
    schedule = Staircase(every=0.2, rate=0.5)
    assert [schedule.factor(Position(step, 5, 15)) for step in range(15)] == [0.5**step for step in range(15)]


@given(steps_per_epoch=st.integers(1, 300), step=st.integers(1, 2000))
def test_a_milestone_is_reached_at_its_step(steps_per_epoch: int, step: int) -> None:
    schedule = Milestones(epochs=[step / steps_per_epoch])
    assert schedule.factor(Position(step - 1, steps_per_epoch, 10**6)) == 1
    assert schedule.factor(Position(step, steps_per_epoch, 10**6)) == pytest.approx(0.1)


@given(every=st.floats(1e-9, 1e9, exclude_min=True))
def test_any_interval_has_a_factor(every: float) -> None:
    assert 0 <= Staircase(every=every, rate=0.5).factor(Position(3, 7, 100)) <= 1


def test_cosine_with_warm_up_equals_torch() -> None:
    torch = pytest.importorskip("torch")
    schedules = torch.optim.lr_scheduler
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    rising = schedules.LinearLR(optimizer, start_factor=1 / 8, total_iters=7)
    falling = schedules.CosineAnnealingLR(optimizer, TOTAL_STEPS - 8)
    scheduler = schedules.SequentialLR(optimizer, [rising, falling], milestones=[8])
    for factor in factors(Cosine(warmup_steps=8)):
        assert 0.5 * factor == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        scheduler.step()
