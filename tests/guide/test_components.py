"""The guide names what a config can name: every option of a data format, every choice of a kind."""

from __future__ import annotations

import dataclasses
import re

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.core import registry
from dlcli.guide import read_topic
from dlcli.settings import SplitOptions
from tests.architecture.test_imports import LAYERS
from tests.guide.blocks import ROOT

#: kind → the page that names all of its components
KINDS = {
    "format": "data",
    "normalization": "data",
    "augmentation": "images",
    "tokenizer": "text",
    "search": "sweeps",
    "distribution": "sweeps",
    "pruning": "sweeps",
}
DATA_PAGES = ("data", "images", "text")


def names_in(*topics: str) -> set[str]:
    """Names in backticks, those of calls such as `uniform(low, high)` included."""
    code = " ".join(re.findall(r"`([^`\n]+)`", " ".join(read_topic(topic).markdown for topic in topics)))
    return set(re.findall(r"\w+", code))


@pytest.mark.parametrize(("kind", "topic"), KINDS.items())
def test_every_component_is_named(kind: str, topic: str) -> None:
    assert set(registry.names(kind)) <= names_in(topic)


@pytest.mark.parametrize("name", registry.names("format"))
def test_every_option_of_a_format_is_named(name: str) -> None:
    options = {option.name for option in registry.options(registry.lookup("format", name))}
    assert options <= names_in(*DATA_PAGES)


def options_in(topic: str) -> set[str]:
    """Names in the first column of the tables of options of a page."""
    tables = re.findall(r"^\| option\b.*\n\|[-|]+\n((?:\|.*\n)+)", read_topic(topic).markdown, re.MULTILINE)
    return {
        name for table in tables for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }


@pytest.mark.parametrize("topic", DATA_PAGES)
def test_every_named_option_exists(topic: str) -> None:
    formats = [registry.lookup("format", name) for name in registry.names("format")]
    options = {option.name for one in formats for option in registry.options(one)}
    options |= {field.name for field in dataclasses.fields(SplitOptions)}
    named = options_in(topic) - set(registry.names("format"))  # "`npz`: names of the arrays"
    assert named
    assert named <= options


def test_every_option_of_splits_is_named() -> None:
    assert {field.name for field in dataclasses.fields(SplitOptions)} <= names_in("data")


def test_every_architecture_is_named() -> None:
    assert set(registry.names("architecture")) <= names_in("images", "text", "first_steps")


def test_every_config_of_the_repository_is_an_example() -> None:
    configs = {str(file.relative_to(ROOT)) for file in (ROOT / "configs").rglob("*.yaml")}
    assert set(re.findall(r"`(configs/[^`]+)`", read_topic("examples").markdown)) == configs


def test_every_package_is_in_the_table_of_layers() -> None:
    packages = {name for layer in LAYERS for name in layer} - {"__main__"}
    assert packages <= names_in("architecture")
