"""Single and combined observers of a training."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from dlcli.training import Observer
from dlcli.training.observer import EVENTS, Observers


class Recorder(Observer):
    """Observer that records the arguments of every event."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.reason: str | None = None

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("on_"):
            return lambda *args, **kwargs: self.calls.append((name, args, kwargs))
        return super().__getattribute__(name)

    @property
    def failure(self) -> str | None:
        return self.reason


def test_the_events_are_all_public_methods_of_an_observer() -> None:
    methods = {name for name, _ in inspect.getmembers(Observer, inspect.isfunction) if not name.startswith("_")}
    assert set(EVENTS) == methods
    assert len(EVENTS) >= 6


@pytest.mark.parametrize("event", EVENTS)
def test_several_observers_forward_every_event_to_each(event: str) -> None:
    names = list(inspect.signature(getattr(Observer, event)).parameters)[1:]
    args = tuple(object() for _ in names)
    first, second = Recorder(), Recorder()
    both = Observers((first, second))
    getattr(both, event)(*args)
    getattr(both, event)(**dict(zip(names, args, strict=True)))
    assert first.calls == second.calls == [(event, args, {}), (event, (), dict(zip(names, args, strict=True)))]


def test_observers_nest() -> None:
    recorder = Recorder()
    Observers((Observers((recorder,)),)).on_read("images", 1, 2)
    assert recorder.calls == [("on_read", ("images", 1, 2), {})]


def test_a_failed_observer_is_reported_once_to_all() -> None:
    first, second = Recorder(), Recorder()
    both = Observers((first, second))
    second.reason = "broken pipe"
    both.on_end()
    both.on_end()
    assert [name for name, _, _ in first.calls] == ["on_end", "on_message", "on_end"]
    assert "broken pipe" in first.calls[1][1][0]
