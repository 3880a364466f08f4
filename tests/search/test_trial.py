"""Trials and configurations."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.search import CONVERGENCE, ENDED, Configuration, Proposal, Trial, group_trials


def trial(number: int, value: float | None = None, **options: Any) -> Trial:
    return Trial(**{"number": number, "values": {"a": number}, "value": value, "status": "done"} | options)


@pytest.mark.parametrize(
    ("status", "has_ended", "has_failed"),
    [
        ("waiting", False, False),
        ("running", False, False),
        ("interrupted", False, False),
        ("done", True, False),
        ("pruned", True, False),
        ("diverged", True, False),
        ("failed", True, True),
        ("killed", True, True),
    ],
)
def test_status(status: str, has_ended: bool, has_failed: bool) -> None:
    one = trial(0, status=status)
    assert (one.has_ended, one.has_failed, status in ENDED) == (has_ended, has_failed, has_ended)


def test_key_depends_only_on_values() -> None:
    one = trial(0, values={"a": 1, "b": [2.0, None]})
    assert one.key == trial(5, 0.3, values={"b": [2.0, None], "a": 1}, repeat=2, stage=1).key
    assert one.key == Proposal(values={"a": 1, "b": [2.0, None]}).key
    others = [{"a": 1.0, "b": [2.0, None]}, {"a": True, "b": [2.0, None]}, {"a": 1}, {"a": 1, "b": "[2.0, null]"}]
    assert len({one.key, *(trial(0, values=values).key for values in others)}) == 5


def test_group_trials_by_values() -> None:
    trials = [
        trial(3, 0.5, values={"a": 1}, repeat=1),
        trial(0, 0.1, values={"a": 0}),
        trial(1, 0.3, values={"a": 1}),
    ]
    first, second = group_trials(trials)
    assert (first.number, first.values, first.trials) == (0, {"a": 0}, (trials[1],))
    assert (second.number, second.values, second.trials) == (1, {"a": 1}, (trials[2], trials[0]))
    assert second.key == trials[0].key
    assert second.measured == [0.3, 0.5]
    assert second.value == 0.4
    assert group_trials([]) == []


def test_only_completed_trials_are_measured() -> None:
    ended = [
        trial(0, 0.1, status="pruned", violated=("latency_ms <= 5",)),
        trial(1, 0.2, violated=("latency_ms <= 4",)),
        trial(2, 0.4, violated=("latency_ms <= 4", "dev/error <= 0.1")),
        trial(3, None, status="failed"),
        trial(4, 0.9, status="running"),
        trial(5, 0.9, status="diverged"),
    ]
    one = Configuration(0, {}, tuple(ended))
    assert one.measured == [0.2, 0.4]
    assert one.value == pytest.approx(0.3)
    assert one.violated == ("latency_ms <= 4", "dev/error <= 0.1", CONVERGENCE)
    assert Configuration(0, {}, (ended[0],)).value is None
