"""`dlcli config schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli.cli import components, console


def schema(
    sweep: Annotated[bool, typer.Option("--sweep", help="Print the schema of sweep files instead.")] = False,
) -> None:
    """Print the JSON Schema of config files, for editors that complete and check YAML.

    In VS Code with the YAML extension: dlcli config schema > schema.json, and as the first line of a config
    # yaml-language-server: $schema=schema.json
    """
    from dlcli.spec import json_schema
    from dlcli.sweeps import sweep_json_schema

    components.load()
    console.print_document(sweep_json_schema() if sweep else json_schema())
