"""The recipes of CONTRIBUTING.md, followed to the letter in a copy of the package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: the command line of the package in the working directory: an editable install has a finder that goes first
MAIN = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in type(finder).__module__]
sys.path.insert(0, "")
from dlcli.cli.main import main
sys.exit(main())
"""
CONFIG = """
data: {dataset: {name: parity, bits: 6}}
model: {layers: [{linear: {units: 8}}, hard_tanh, {linear: {units: 1}}]}
optimizer: adam
training: {epochs: 2}
"""


@pytest.fixture(scope="module")
def dlcli(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """The command line of a copy that has every file of the recipes; gives the JSON document."""
    folder = tmp_path_factory.mktemp("recipes")
    shutil.copytree(ROOT / "dlcli", folder / "dlcli", ignore=shutil.ignore_patterns("__pycache__"))
    recipes = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", recipes, re.DOTALL)
    assert len(blocks) == 7
    for file, code in blocks:
        with (folder / file).open("a", encoding="utf-8") as target:
            target.write(f"\n{code}")
    table = folder / "dlcli/cli/app.py"
    (line,) = re.findall(r'app\.command\("where"\)\(where\.where\)', recipes)
    text = table.read_text(encoding="utf-8").replace("    return app\n", f"    {line}\n    return app\n")
    table.write_text(re.sub(r"\bconsole,(\s+)", r"console,\1where,\1", text, count=1), encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")

    def call(*arguments: str) -> Any:
        command = [sys.executable, "-c", MAIN, *arguments, "--json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return call


def test_the_layer_is_listed_and_its_gradient_checked(dlcli):
    assert dlcli("list", "layers", "hard_tanh")["summary"] == "`min(max(x, −1), 1)`."
    assert dlcli("gradcheck", "config.yaml")["ok"]


def test_the_dataset_has_its_options(dlcli):
    (bits,) = dlcli("list", "datasets", "parity")["options"]
    assert (bits["name"], bits["default"]) == ("bits", 8)


def test_the_command_runs_on_a_run_of_both(dlcli):
    run = dlcli("train", "config.yaml")["run"]
    assert dlcli("where", run)["run"] == run
