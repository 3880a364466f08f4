"""The fenced code blocks of the README and the guide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dlcli.guide import TOPICS, read_topic

ROOT = Path(__file__).parents[2]
#: documents outside the guide whose blocks are checked as well
OTHERS = ("README.md",)


@dataclass(frozen=True)
class Block:
    """A fenced code block.

    Args:
        page: topic of the guide, or name of a file in the repository's root.
        line: 1-based line of the opening fence.
        language: word after the fence, such as `yaml`; empty if there is none.
        text: contents without the fences.
    """

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> dict[str, str]:
    """Name of each document → its Markdown."""
    documents = {name: (ROOT / name).read_text(encoding="utf-8") for name in OTHERS}
    return documents | {name: read_topic(name).markdown for name in TOPICS}


def blocks(language: str) -> list[Block]:
    """Every block of a language in the README and the guide."""
    return [block for page, text in pages().items() for block in _blocks_of(page, text) if block.language == language]


def _blocks_of(page: str, markdown: str) -> Iterator[Block]:
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL):
        yield Block(page, markdown.count("\n", 0, match.start()) + 1, match[1], match[2])
