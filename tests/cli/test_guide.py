"""`dlcli guide`: on a terminal, in a pipe and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

import dlcli.guide
from dlcli.cli import console
from dlcli.guide import TOPICS, read_topic


@pytest.fixture
def terminal(monkeypatch):
    """Make stdout a terminal of 80 columns."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    console.results.cache_clear()
    yield
    console.results.cache_clear()


def test_topics_are_listed_one_per_line(run):
    outcome = run("guide")
    rows = outcome.stdout.splitlines()[2:]
    assert outcome.code == 0
    assert [row.split()[0] for row in rows] == list(TOPICS)
    listed = run("guide", "--json").document["topics"]
    assert [topic["name"] for topic in listed] == list(TOPICS)
    assert all(topic["summary"] in row for topic, row in zip(listed, rows, strict=True))


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_in_a_pipe_is_its_file(run, topic):
    markdown = (Path(dlcli.guide.__file__).parent / f"{topic}.md").read_text(encoding="utf-8")
    assert run("guide", topic).stdout == markdown
    document = run("guide", topic, "--json").document
    assert document == {"topic": topic, "summary": read_topic(topic).summary, "markdown": markdown}


@pytest.mark.usefixtures("terminal")
def test_a_page_on_a_terminal_is_rendered(run):
    shown = run("guide", "first_steps").stdout
    assert "\x1b[" in shown
    assert "```" not in shown


def test_an_unknown_topic_has_the_nearest_match(run):
    outcome = run("guide", "first-step")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert "first_steps?" in outcome.stderr
    assert run("guide", "first-step", "--json").document["error"]["kind"] == "config"
