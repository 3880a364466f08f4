"""`dlcli.train` and the others are imported when they are first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import dlcli
from dlcli import api, sweeps


@pytest.mark.parametrize("name", dlcli.__all__)
def test_every_name_is_a_function(name: str) -> None:
    home = sweeps if name == "sweep" else api
    assert getattr(dlcli, name) is getattr(home, name)


def test_another_name_is_none_of_them() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'swep'"):
        _ = dlcli.swep


def test_the_package_alone_loads_nothing_heavy() -> None:
    code = "import sys, dlcli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pydantic", "yaml"} & set(done.stdout.split())
