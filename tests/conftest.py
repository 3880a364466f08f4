"""Fixtures for every test."""

from __future__ import annotations

import pytest

from dlcli import registry


@pytest.fixture
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is registered, and what the test registers is gone after it.

    Do not import a package of components for the first time under this fixture: its registrations would be gone, too.
    """
    monkeypatch.setattr(registry, "_components", {})
