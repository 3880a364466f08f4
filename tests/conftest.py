"""Fixtures for every test."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import settings

from dlcli.core import registry
from tests.fuzz.mutations import mutate

if os.environ.get("CI"):  # the same examples every time: a red run is about the change
    settings.register_profile("ci", derandomize=True)
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def mutated() -> Callable[[str, int], str]:
    """`mutated(text, seed)`: a config after one to three accidents."""
    return mutate


@pytest.fixture
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is registered, and what the test registers is gone after it.

    Do not import a package of components for the first time under this fixture: its registrations would be gone, too.
    """
    monkeypatch.setattr(registry, "_components", {})
