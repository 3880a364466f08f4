"""`dlcli guide`."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli.cli import completion, console, options


def guide(
    topic: Annotated[
        str | None,
        typer.Argument(metavar="TOPIC", help="Topic, such as first_steps or data.", autocompletion=completion.topics),
    ] = None,
    json: options.Json = False,
) -> None:
    """Read the user guide.

    Without TOPIC, the topics are listed. Redirected pages are plain Markdown: dlcli guide data > data.md
    """
    if topic is None:
        _list_topics(json=json)
    else:
        _print_page(topic, json=json)


def _list_topics(*, json: bool) -> None:
    from dlcli.guide import TOPICS, read_topic

    pages = [read_topic(name) for name in TOPICS]
    if json:
        console.print_document({"topics": [{"name": page.name, "summary": page.summary} for page in pages]})
    else:
        rows = [(page.name, page.summary) for page in pages]
        console.results().print(console.table("topic", "contents", rows=rows))


def _print_page(topic: str, *, json: bool) -> None:
    from dlcli.guide import read_topic

    page = read_topic(topic)
    if json:
        console.print_document({"topic": page.name, "summary": page.summary, "markdown": page.markdown})
    elif console.results().is_terminal:
        from rich.markdown import Markdown

        console.results().print(Markdown(page.markdown))
    else:
        console.print_text(page.markdown)
