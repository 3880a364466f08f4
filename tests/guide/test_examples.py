"""Every example of the README and the guide: commands parse or run, configs are valid, Python runs."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.cli.app import command_line
from dlcli.cli.main import main
from dlcli.spec import Spec, load_spec
from dlcli.sweeps import check_sweep, load_sweep
from tests.guide.blocks import ROOT, Block, blocks, pages

#: pages whose commands run from the first to the last, in a folder that has `configs/`
EXECUTED = ("first_steps", "examples", "images", "gradient_checking")
#: programs that an example may use without a check of their arguments
PROGRAMS = {"python3", "pytest", "cat", "head", "grep"}
OPERATORS = {"|", "||", "&&", ";", ">", ">>", "<", "&"}
LANGUAGES = {"", "sh", "yaml", "python", "text", "json"}

#: what a fragment of a config leaves out
REST: dict[str, Any] = {
    "data": {"dataset": "digits"},
    "model": {"architecture": "mlp", "hidden_units": [8]},
    "optimizer": {"name": "adam", "learning_rate": 1e-3},
}


def test_every_block_has_a_language_that_is_checked() -> None:
    fences = [fence for text in pages().values() for fence in re.findall(r"^```(\w*)$", text, re.MULTILINE)]
    assert set(fences) <= LANGUAGES


def simple_commands(text: str) -> Iterator[list[str]]:
    """The commands of a shell block as words, pipes and redirections taken apart."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if word in OPERATORS:
                yield words
                words = [] if word not in {">", ">>", "<"} else ["cat"]
            else:
                words.append(word)
        if words:
            yield words


def disarm(command: Any) -> None:
    """Let a command parse its arguments and do nothing."""
    command.callback = lambda **_: None
    for one in getattr(command, "commands", {}).values():
        disarm(one)


@pytest.fixture(scope="module")
def parser() -> Any:
    command = typer.main.get_command(command_line())
    disarm(command)
    return command


def check_command(words: list[str], parser: Any) -> None:
    program, arguments = words[0], words[1:]
    if Path(program).name == "dlcli":
        parser.main(args=arguments, prog_name="dlcli", standalone_mode=False)
    elif Path(program).name == "pip":
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
            "optional-dependencies"
        ]
        named = {name for word in arguments for names in re.findall(r"\[(.*?)\]", word) for name in names.split(",")}
        assert named <= set(extras)
    elif program.startswith("scripts/"):
        assert (ROOT / program).is_file()
    else:
        assert Path(program).name in PROGRAMS


def long_options(command: Any) -> set[str]:
    """Long options of a command and of its subcommands."""
    own = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return own.union(*(long_options(one) for one in getattr(command, "commands", {}).values()))


@pytest.mark.parametrize("page", pages())
def test_named_options_of_commands_exist(page: str, parser: Any) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", pages()[page]))
    assert named <= long_options(parser) | {"--help"}


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands_parse(block: Block, parser: Any) -> None:
    for words in simple_commands(block.text):
        check_command(words, parser)


@pytest.mark.parametrize("page", EXECUTED)
def test_commands_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    monkeypatch.chdir(tmp_path)
    for block in blocks("sh"):
        for words in simple_commands(block.text) if block.page == page else ():
            assert words[0] == "dlcli"
            assert main(words[1:]) == 0, (str(block), words)


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """A fragment of a config, completed to one that can be checked."""
    return {**REST, **document}


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_configs_are_valid(block: Block, tmp_path: Path) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    document = yaml.safe_load(block.text)
    file = tmp_path / "example.yaml"
    if "space" in document or "search" in document:
        file.write_text(block.text, encoding="utf-8")
        check_sweep(load_sweep(file))
        return
    assert set(document) <= Spec.keys()
    file.write_text(yaml.safe_dump(complete(document)), encoding="utf-8")
    load_spec(file)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_runs(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    monkeypatch.chdir(tmp_path)
    exec(compile(block.text, str(block), "exec"), {"__name__": "example"})


@pytest.mark.parametrize(
    ("page", "target"),
    [(page, target) for page, text in pages().items() for target in re.findall(r"\]\(([^)#]+)", text)],
)
def test_links_lead_somewhere(page: str, target: str) -> None:
    folder = ROOT if page.endswith(".md") else ROOT / "dlcli/guide"
    assert target.startswith("https://") or (folder / target).exists()


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (page, name)
        for page, text in pages().items()
        for name in sorted(set(re.findall(r"`((?:dlcli|tests|configs)/[\w/.]+\.\w+|scripts/\w+)`", text)))
    ],
)
def test_named_files_exist(page: str, name: str) -> None:
    assert (ROOT / name).exists()


def code_rows() -> list[tuple[str, str, str]]:
    """(page, name, file) of the tables that say in which file a function is."""
    return [
        (page, name, file)
        for page, text in pages().items()
        for names, file in re.findall(r"^\|[^|]*\|([^|]*)\| `(dlcli/[\w/.]+)` \|$", text, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    ]


@pytest.mark.parametrize(("page", "name", "file"), code_rows())
def test_named_functions_are_in_their_files(page: str, name: str, file: str) -> None:
    assert re.search(rf"\b{name}\b", (ROOT / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", sorted(LANGUAGES - {""}))
def test_blocks_fit_a_terminal_of_80_columns(language: str) -> None:
    wide = [(str(block), line) for block in blocks(language) for line in block.text.splitlines() if len(line) > 78]
    assert [place for place, _ in wide if not place.startswith("README.md")] == []
