from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlcli.core import ConfigError
from dlcli.runs import lock

HOLD = "import sys, pathlib\nfrom dlcli.runs import lock\nwith lock.exclusive(pathlib.Path(sys.argv[1])):\n    "
HOLD += "print('held', flush=True)\n    sys.stdin.read()\n"


def test_a_new_or_released_lock_has_no_holder(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    assert lock.holder(path) is None
    with lock.exclusive(path):
        assert lock.holder(path) == os.getpid()
    assert lock.holder(path) is None


def test_a_second_holder_is_refused_and_the_first_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with lock.exclusive(path):
        with pytest.raises(ConfigError, match=str(os.getpid())) as caught, lock.exclusive(path):
            pass
        assert caught.value.code == "in_use"
        assert lock.holder(path) == os.getpid()


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert lock.holder(path) == process.pid
        process.kill()
        process.wait()
    assert lock.holder(path) is None
    with lock.exclusive(path):
        pass
