from __future__ import annotations

import pytest

from dlcli.core import Bound, Direction
from dlcli.training import Candidate, Selection


def candidate(value: float, *violated: str) -> Candidate:
    return Candidate(epoch=1, step=1, checkpoint="epoch-0001", value=value, violated=violated)


ERROR = Selection("dev/error", direction=Direction.MINIMIZE)


@pytest.mark.parametrize(
    ("new", "old", "replaces"),
    [
        (candidate(0.1), None, True),
        (candidate(0.1), candidate(0.2), True),
        (candidate(0.2), candidate(0.2), False),  # ties go to the earlier epoch
        (candidate(0.1, "latency_ms <= 5"), candidate(0.9), False),  # constraints come before the metric
        (candidate(0.9), candidate(0.1, "latency_ms <= 5"), True),
        (candidate(0.1, "a <= 1"), candidate(0.2, "b <= 1"), True),  # both violate a constraint: the metric decides
    ],
)
def test_constraints_come_before_the_optimizing_metric(new: Candidate, old: Candidate | None, replaces: bool) -> None:
    assert ERROR.prefers(new, old) is replaces


def test_a_metric_can_be_maximized() -> None:
    accuracy = Selection("dev/accuracy", direction=Direction.MAXIMIZE)
    assert accuracy.prefers(candidate(0.9), candidate(0.8))
    assert not accuracy.prefers(candidate(0.8), candidate(0.9))


def test_violated_constraints_are_named() -> None:
    selection = Selection(
        "dev/error", Direction.MINIMIZE, {"dev/recall": Bound(">=", 0.9), "latency_ms": Bound("<=", 5)}
    )
    assert selection.violated({"dev/recall": 0.5, "latency_ms": 1}) == ("dev/recall >= 0.9",)
    assert selection.violated({"dev/recall": 0.95, "latency_ms": 1}) == ()


def test_a_candidate_survives_json() -> None:
    one = candidate(0.25, "latency_ms <= 5")
    assert Candidate.from_json({**vars(one), "violated": list(one.violated)}) == one


def test_a_candidate_of_an_earlier_version_has_another_name_for_its_violated_constraints() -> None:
    one = candidate(0.25, "latency_ms <= 5")
    fields = {name: value for name, value in vars(one).items() if name != "violated"}
    assert Candidate.from_json({**fields, "broken": list(one.violated)}) == one
