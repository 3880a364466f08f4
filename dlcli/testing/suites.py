"""The contracts of each kind of component."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.core import ConfigError, registry, unknown_name
from dlcli.testing import datasets, functions, layers, losses, metrics, optimizers, padding, searches, tasks
from dlcli.testing.check import Check, Subject
from dlcli.testing.options import every_option_is_described

#: kind of component → its contracts
SUITES: Mapping[str, tuple[Callable[[Subject], None], ...]] = {
    "layer": (*layers.CONTRACTS, *padding.CONTRACTS, every_option_is_described),
    "function": (*functions.CONTRACTS, every_option_is_described),
    "optimizer": (*optimizers.CONTRACTS, every_option_is_described),
    "task": (*tasks.CONTRACTS, every_option_is_described),
    "loss": (*losses.CONTRACTS, every_option_is_described),
    "metric": (*metrics.CONTRACTS, every_option_is_described),
    "search": (*searches.CONTRACTS, every_option_is_described),
    "dataset": (*datasets.DATASET_CONTRACTS, every_option_is_described),
    "format": (*datasets.CONTRACTS, every_option_is_described),
}


def checks(kind: str, name: str, *, options: Mapping[str, Any] | None = None) -> list[Check]:
    """The checks of a registered component.

    Args:
        kind: Kind of the component, one of `SUITES`.
        name: Registered name.
        options: Options that differ from the defaults; a layer or function is checked on the samples that it declares
            instead. A file format needs the path of an example file here.

    Raises:
        ConfigError: There is no such component, or its kind has no checks.
    """
    if kind not in SUITES:
        raise ConfigError(f"{kind!r}: {unknown_name('kind', kind, SUITES)}")
    registry.lookup(kind, name)
    subject = Subject(kind, name, options or {})
    return [Check(subject, contract) for contract in SUITES[kind]]


def check_component(kind: str, name: str, *, options: Mapping[str, Any] | None = None) -> None:
    """Run all checks of a registered component.

    Args:
        kind: Kind of the component, one of `SUITES`.
        name: Registered name.
        options: Options that differ from the defaults.

    Raises:
        AssertionError: The component breaks a contract.
        ConfigError: There is no such component, or its kind has no checks.
    """
    for check in checks(kind, name, options=options):
        check()


def checks_of_module(module: str) -> list[Check]:
    """The checks, with default options, of every component that is defined in a module or below it.

    Formats are left out, since they need the path of a file, and so are kinds without checks.

    Args:
        module: Dotted name; it is imported.

    Raises:
        ConfigError: No component with checks is defined there.
    """
    importlib.import_module(module)
    collected = [
        check
        for kind in SUITES
        if kind != "format"
        for name in registry.names(kind)
        if f"{registry.lookup(kind, name).__module__}.".startswith(f"{module}.")
        for check in checks(kind, name)
    ]
    if not collected:
        raise ConfigError(f"{module} registers no component that can be checked")
    return collected
