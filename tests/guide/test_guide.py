"""The pages of the guide and how they are shipped."""

from __future__ import annotations

import fnmatch
import tomllib
from pathlib import Path

import pytest

import dlcli.guide
from dlcli.core import ConfigError
from dlcli.guide import TOPICS, read_topic

ROOT = Path(__file__).parents[2]
FILES = sorted(Path(dlcli.guide.__file__).parent.glob("*.md"))


def test_every_page_is_a_topic_and_every_topic_a_page() -> None:
    assert sorted(TOPICS) == [file.stem for file in FILES]


@pytest.mark.parametrize("name", TOPICS)
def test_a_page_has_a_title_a_summary_and_lines_that_fit(name: str) -> None:
    page = read_topic(name)
    assert page.markdown.startswith("# ")
    assert 20 <= len(page.summary) <= 100
    assert page.summary.endswith(".")
    assert all(len(line) <= 120 or line.startswith("|") for line in page.markdown.splitlines())


def test_an_unknown_topic_raises() -> None:
    with pytest.raises(ConfigError):
        read_topic("../README")


def test_the_wheel_has_the_pages() -> None:
    """scikit-build takes every file of the packages that neither its exclusions nor .gitignore match."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["scikit-build"]
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert settings["wheel"]["packages"] == ["dlcli"]
    for file in FILES:
        name = f"dlcli/guide/{file.name}"
        assert not any(fnmatch.fnmatch(name, pattern) for pattern in [*settings["wheel"]["exclude"], *ignored])


def test_the_readme_is_short_and_links_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 130
    assert all(f"](dlcli/guide/{name}.md)" in readme for name in TOPICS)
