"""Every registered layer passes the conformance suite of `dlcli.testing`."""

from __future__ import annotations

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import testing
from dlcli.core import registry

NAMES = registry.names("layer")


def test_there_are_layers() -> None:
    assert len(NAMES) >= 18


@pytest.mark.parametrize("check", [check for name in NAMES for check in testing.checks("layer", name)], ids=str)
def test_contract(check: testing.Check) -> None:
    check()
