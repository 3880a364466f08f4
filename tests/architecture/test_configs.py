"""Every shipped config is valid and explains its keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.spec import load_spec
from dlcli.sweeps import check_sweep, load_sweep

CONFIGS = Path(__file__).parents[2] / "configs"
PATHS = sorted(CONFIGS.rglob("*.yaml"))
SWEEPS = [path for path in PATHS if path.parent.name == "sweeps"]
#: Numbers of configs and sweeps, to update with every new one.
COUNT, SWEEP_COUNT = 35, 3


def test_all_configs_are_tested() -> None:
    assert (len(PATHS) - len(SWEEPS), len(SWEEPS)) == (COUNT, SWEEP_COUNT)
    assert all(path.suffix == ".yaml" for path in CONFIGS.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", [path for path in PATHS if path not in SWEEPS], ids=lambda path: path.stem)
def test_config_is_valid_and_named_after_its_file(path: Path) -> None:
    assert load_spec(path).name == path.stem.replace("_", "-")


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_sweep_is_valid_and_named_after_its_file(path: Path) -> None:
    sweep = load_sweep(path)
    check_sweep(sweep)
    assert sweep.name == path.stem.replace("_", "-")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_key_is_explained(path: Path) -> None:
    assert list(unexplained(path.read_text().splitlines())) == []


def unexplained(lines: list[str]) -> Iterator[str]:
    """Yield keys without a comment on their line; a section is explained by its keys."""
    for number, line in enumerate(lines):
        text = line.strip()
        if not text or text.startswith(("#", "- ")) or "  # " in line:
            continue
        indent = len(line) - len(line.lstrip())
        following = next((later for later in lines[number + 1 :] if later.strip()), "")
        opens_section = text.endswith(":") and len(following) - len(following.lstrip()) > indent
        if not opens_section:
            yield text
