"""`dlcli list`."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli.cli import completion, components, console, options
from dlcli.core import ConfigError, unknown_name


def list_components(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND", help="Kind of component, such as layers or optimizer.", autocompletion=completion.kinds
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Name of a component, such as linear or adam.", autocompletion=completion.names
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """List the components that a config can name, and their options.

    Without arguments, the kinds of components are listed; with a kind, its components; with a name, its options.
    """
    components.load()
    if kind is None:
        _list_kinds(json=json)
    elif name is None:
        _list_names(_singular(kind), json=json)
    else:
        _list_options(_singular(kind), name, json=json)


def _singular(text: str) -> str:
    """Return the kind that is meant by its singular or plural, such as `layers`, `layer` or `losses`.

    Raises:
        ConfigError: There is no such kind.
    """
    from dlcli.core import registry

    kinds = registry.kinds()
    for kind in kinds:
        if text in (kind, f"{kind}s", f"{kind}es"):
            return kind
    raise ConfigError(f"{text!r}: {unknown_name('kind', text, kinds)}", code="unknown_name")


def _list_kinds(*, json: bool) -> None:
    from dlcli.core import registry

    names = {kind: registry.names(kind) for kind in registry.kinds()}
    if json:
        console.print_document({"kinds": names})
    else:
        rows = [(kind, ", ".join(members)) for kind, members in names.items()]
        console.results().print(console.table("kind", "names", rows=rows))


def _list_names(kind: str, *, json: bool) -> None:
    from dlcli.core import registry

    summaries = {name: registry.summary(registry.lookup(kind, name)) for name in registry.names(kind)}
    if json:
        components = [{"name": name, "summary": summary} for name, summary in summaries.items()]
        console.print_document({"kind": kind, "components": components})
    else:
        console.results().print(console.table(kind, "description", rows=summaries.items()))


def _list_options(kind: str, name: str, *, json: bool) -> None:
    from dlcli.core import registry, strict_json
    from dlcli.spec import describe

    component = registry.lookup(kind, name)
    options, summary = registry.options(component), registry.summary(component)
    if json:
        rows = [
            {
                "name": option.name,
                "type": describe(option.annotation),
                "required": option.required,
                "default": None if option.required else option.default,
                "description": option.description,
            }
            for option in options
        ]
        console.print_document({"kind": kind, "name": name, "summary": summary, "options": rows})
        return
    console.results().print(f"{name}: {summary}", soft_wrap=True)
    if options:
        cells = [
            (
                option.name,
                "(required)" if option.required else strict_json.dumps(option.default),
                describe(option.annotation),
                option.description,
            )
            for option in options
        ]
        console.results().print(console.table("option", "default", "type", "description", rows=cells))
