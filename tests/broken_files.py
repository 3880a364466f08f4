"""The configs and sweeps that are broken on purpose, and what is reported about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dlcli.core import ConfigError, InvalidConfigError

TESTS = Path(__file__).parent
BROKEN_CONFIGS = sorted((TESTS / "spec" / "broken").glob("*.yaml"))
BROKEN_SWEEPS = sorted((TESTS / "sweeps" / "config" / "broken").glob("*.yaml"))


def problems(load: Callable[[Path], object], file: Path) -> list[ConfigError]:
    """The mistakes that loading a file reports; empty when it reports none."""
    try:
        load(file)
    except InvalidConfigError as error:
        return list(error.problems)
    except ConfigError as error:
        return [error]
    return []


def place(problem: ConfigError, file: Path) -> str:
    """`line:column key code` of a mistake, after the name of its file where that is another than `file`."""
    other = "" if problem.file == str(file) else f"{Path(problem.file or '').name}:"
    position = ":".join(str(part) for part in (problem.line, problem.column) if part is not None)
    return " ".join(part for part in (f"{other}{position}", problem.key, problem.code) if part)


def expected_places(file: Path) -> list[str]:
    """What a broken file says of itself, in its lines `# expect: line:column key code`."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]
