"""Distinction of configs and sweep files, both of which are YAML, by their keys."""

from __future__ import annotations

from typing import Any

from dlcli.core import ConfigError
from dlcli.spec.document import Document

#: Sections that only a config, or only a sweep file, has.
CONFIG_SECTIONS, SWEEP_SECTIONS = frozenset({"data", "model"}), frozenset({"base", "space"})


def is_sweep(data: Any) -> bool:
    """Return whether the values are those of a sweep file."""
    return isinstance(data, dict) and not SWEEP_SECTIONS.isdisjoint(data) and CONFIG_SECTIONS.isdisjoint(data)


def is_config(data: Any) -> bool:
    """Return whether the values are those of a config."""
    return isinstance(data, dict) and not CONFIG_SECTIONS.isdisjoint(data) and SWEEP_SECTIONS.isdisjoint(data)


def sweep_instead_of_config(document: Document) -> ConfigError:
    """Return the error for a sweep file where a config is expected."""
    key = next(key for key in document.data if key in SWEEP_SECTIONS)
    message = f"expected a config, got a sweep file; run it with `dlcli sweep {document.file}`"
    return document.error((key,), message, "wrong_format", key=True)


def config_instead_of_sweep(document: Document) -> ConfigError:
    """Return the error for a config where a sweep file is expected."""
    key = next(key for key in document.data if key in CONFIG_SECTIONS)
    message = (
        "expected a sweep file, got a config; add parameters to search with --param "
        "'optimizer.learning_rate=log_uniform(1e-4, 1e-1)', or write a sweep file with this config as its base"
    )
    return document.error((key,), message, "wrong_format", key=True)
