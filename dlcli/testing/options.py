"""Contract of every component: its documentation is its docstring."""

from __future__ import annotations

from dlcli.core import registry
from dlcli.testing.check import Subject


def every_option_is_described(subject: Subject) -> None:
    """The docstring has a first line, and a line in `Args:` for each option."""
    component = subject.component
    assert registry.summary(component).strip(), f"{subject} needs a docstring"
    for option in registry.options(component):
        assert option.description, f"{subject}: the docstring has no line in Args: for {option.name}"
