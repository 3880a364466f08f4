"""`dlcli config show`."""

from __future__ import annotations

from dlcli.cli import components, console, options


def show(config: options.ConfigFile, overrides: options.Overrides = None, json: options.Json = False) -> None:
    """Print a config with all defaults filled in, as it is stored in a run."""
    from dlcli.spec import load_spec

    components.load()
    spec = load_spec(config, overrides or ())
    if json:
        console.print_document(spec.resolved())
    else:
        console.print_text(spec.to_yaml())
