"""The user guide: one Markdown file per topic, shipped with the package and read without a network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dlcli.core import ConfigError, unknown_name

__all__ = ["TOPICS", "Topic", "read_topic"]

#: names of the topics in reading order; each is a Markdown file of this folder
TOPICS = (
    "first_steps",
    "examples",
    "report",
    "data",
    "images",
    "text",
    "sweeps",
    "transfer",
    "gradient_checking",
    "run_folder",
    "errors",
    "python_api",
    "architecture",
    "performance",
    "course",
    "kernel_matmul",
    "kernel_winograd",
    "kernel_few_filters",
    "kernel_recurrent",
)


@dataclass(frozen=True)
class Topic:
    """A page of the guide.

    Args:
        name: name of the topic, such as `run_folder`.
        summary: one line that says what the page covers.
        markdown: text of the page.
    """

    name: str
    summary: str
    markdown: str


def read_topic(name: str) -> Topic:
    """Read one page of the guide.

    Raises:
        ConfigError: the guide has no such topic.
    """
    if name not in TOPICS:
        raise ConfigError(f"{name!r}: {unknown_name('topic', name, TOPICS)}")
    markdown = (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8")
    return Topic(name, _summary(markdown), markdown)


def _summary(markdown: str) -> str:
    """The paragraph between a page's title and its contents, on one line."""
    _title, paragraph, _contents = markdown.split("\n\n", 2)
    return " ".join(paragraph.split())
