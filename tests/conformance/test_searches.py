"""Every registered search passes the conformance suite of `dlcli.testing`."""

from __future__ import annotations

from typing import Any

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import testing
from dlcli.core import registry

NAMES = registry.names("search")

#: optional packages that a search needs
NEEDS = {"tpe": ["optuna"], "gp": ["optuna", "torch"], "cma_es": ["optuna", "cmaes"]}


def every_check() -> list[Any]:
    """Return the checks of all searches; a Gaussian process takes a second for a few proposals."""
    return [
        pytest.param(check, marks=pytest.mark.slow if name == "gp" else (), id=str(check))
        for name in NAMES
        for check in testing.checks("search", name)
    ]


def test_there_are_searches() -> None:
    assert len(NAMES) >= 6


@pytest.mark.parametrize("check", every_check())
def test_contract(check: testing.Check) -> None:
    for package in NEEDS.get(check.subject.name, []):
        pytest.importorskip(package)
    check()
