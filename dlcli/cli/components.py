"""Registration of all components. Their import is slow, so only commands that need component names call `load`."""

from __future__ import annotations


def load() -> None:
    """Register all components."""
    import dlcli.components  # noqa: F401  # imported for its registrations
