"""What a config can name. Importing all of it takes a moment, so only commands that need the names ask for it."""

from __future__ import annotations


def load() -> None:
    """Fill the registry."""
    import dlcli.components  # noqa: F401  # imported for its registrations
