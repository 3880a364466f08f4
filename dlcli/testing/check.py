"""A contract and the component that is held to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcli.core import registry


@dataclass(frozen=True)
class Subject:
    """A registered component with the options that it is checked with.

    Args:
        kind: Kind of the component, such as `layer`.
        name: Registered name.
        options: Options that differ from the defaults.
    """

    kind: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def component(self) -> Any:
        """The registered class or function."""
        return registry.lookup(self.kind, self.name)

    def create(self) -> Any:
        """A new object with the options."""
        return registry.make(self.component, **self.options)

    def __str__(self) -> str:
        options = ", ".join(f"{key}={value}" for key, value in self.options.items())
        return f"{self.kind} {self.name}" + (f"({options})" if options else "")


@dataclass(frozen=True)
class Check:
    """One contract of one component; calling it raises an error if the component breaks the contract.

    Args:
        subject: The component.
        contract: The assertions, whose name and docstring say what is required.
    """

    subject: Subject
    contract: Callable[[Subject], None]

    def __call__(self) -> None:
        self.contract(self.subject)

    def __str__(self) -> str:
        return f"{self.subject}: {self.contract.__name__.replace('_', ' ')}"
