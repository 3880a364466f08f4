"""Examples in docstrings."""

from __future__ import annotations

import doctest

from dlcli.cli.sweep import values


def test_examples() -> None:
    assert doctest.testmod(values) == doctest.TestResults(failed=0, attempted=3)
