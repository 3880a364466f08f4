"""The tests mirror the package, except for the packages that CONTRIBUTING.md lists with a reason."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def without_mirror() -> dict[str, list[str]]:
    """Return package or module of `dlcli` → its modules without a test file of the same name."""
    missing: dict[str, list[str]] = {}
    for file in sorted((ROOT / "dlcli").rglob("*.py")):
        module = file.relative_to(ROOT / "dlcli")
        mirror = ROOT / "tests" / module.parent / f"test_{module.name}"
        if file.name not in ("__init__.py", "__main__.py") and not mirror.exists():
            missing.setdefault(module.parts[0].removesuffix(".py"), []).append(str(module))
    return missing


def listed() -> dict[str, list[str]]:
    """Return package in the list of CONTRIBUTING.md → folders of its tests."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Tests\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
    return {
        name: re.findall(r"`(tests/\w+)`", folders)
        for name, folders in re.findall(r"^\| `(\w+)` \|(.*?)\|", section, re.M)
    }


def test_every_package_without_mirror_is_listed() -> None:
    missing = without_mirror()
    assert {name: modules for name, modules in missing.items() if name not in listed()} == {}


def test_the_listed_folders_exist() -> None:
    for name, folders in listed().items():
        assert (ROOT / "dlcli" / name).is_dir() or (ROOT / "dlcli" / f"{name}.py").is_file(), name
        assert folders, name
        assert all((ROOT / folder).is_dir() for folder in folders), name
