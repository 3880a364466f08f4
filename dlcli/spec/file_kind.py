"""Configs and sweep files are both YAML; which of the two a file is shows in its keys."""

from __future__ import annotations

from typing import Any

from dlcli.core import ConfigError
from dlcli.spec.document import Document

#: sections that only one of the two has
OF_A_CONFIG, OF_A_SWEEP = frozenset({"data", "model"}), frozenset({"base", "space"})


def is_sweep(data: Any) -> bool:
    """Whether the values of a file are those of a sweep file."""
    return isinstance(data, dict) and not OF_A_SWEEP.isdisjoint(data) and OF_A_CONFIG.isdisjoint(data)


def is_config(data: Any) -> bool:
    """Whether the values of a file are those of a config."""
    return isinstance(data, dict) and not OF_A_CONFIG.isdisjoint(data) and OF_A_SWEEP.isdisjoint(data)


def sweep_in_place_of_config(document: Document) -> ConfigError:
    """What to say where a config is expected and a sweep file is given."""
    key = next(key for key in document.data if key in OF_A_SWEEP)
    message = f"this is a sweep file, not a config; `dlcli sweep {document.file}` trains it"
    return document.error((key,), message, key=True)


def config_in_place_of_sweep(document: Document) -> ConfigError:
    """What to say where a sweep file is expected and a config is given."""
    key = next(key for key in document.data if key in OF_A_CONFIG)
    message = (
        "this is the config of one experiment; say what to search with --param "
        "'optimizer.learning_rate=log_uniform(1e-4, 1e-1)', or in a sweep file that names it as its base"
    )
    return document.error((key,), message, key=True)
