"""A worker runs the package that started it, and nothing else that lies about."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dlcli
from dlcli.sweeps.runner.worker_process import WorkerProcess

#: names of modules that starting a worker imports
NAMES = ("json", "queue", "numpy", "threading", "subprocess", "yaml", "pydantic", "sitecustomize", "usercustomize")


def plant(folder: Path, *names: str) -> Path:
    """Modules that leave a mark when they run."""
    mark = folder / "ran"
    for name in names:
        (folder / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write({name!r})\nraise ImportError({name!r})\n")
    (folder / "matplotlibrc").write_text("text.usetex: True\n")
    (folder / "evil.pth").write_text(f"import os; open({str(mark)!r}, 'a').write('pth')\n")
    return mark


def first_event(folder: Path) -> dict[str, object]:
    worker = WorkerProcess(folder, threads=1)
    try:
        while not (events := worker.receive()):
            select.select([worker], [], [], 1.0)
        return events[0]
    finally:
        worker.close()


def test_nothing_of_the_working_directory_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = plant(tmp_path, *NAMES)
    monkeypatch.chdir(tmp_path)
    assert first_event(tmp_path / "missing")["event"] == "unable"  # it has been imported, and found no sweep
    assert not mark.exists()


def test_it_imports_the_package_of_its_parent_wherever_that_is(tmp_path: Path) -> None:
    """As from a checkout that is not installed: only the parent knows where the package is."""
    package = Path(dlcli.__file__).parent
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "dlcli").symlink_to(package)
    shutil.copy(__file__, tmp_path / "place" / "helpers_of_this_test.py")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from importlib.machinery import PathFinder\n"
        "sys.meta_path.insert(0, PathFinder)  # before the finder of an editable installation\n"
        "import pathlib, helpers_of_this_test as helpers\n"
        "print(helpers.first_event(pathlib.Path('missing'))['event'], helpers.dlcli.__file__)\n"
    )
    place = str(tmp_path / "place")
    command = [sys.executable, "-c", program, place]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert printed == ["unable", f"{place}/dlcli/__init__.py"]


@pytest.mark.parametrize("start", [["-m", "dlcli"], ["-um", "dlcli"], ["-mdlcli"]])
def test_python_m_leaves_the_working_directory(tmp_path: Path, start: list[str]) -> None:
    mark = plant(
        tmp_path, "json", "queue", "numpy", "typer", "rich", "click", "dataclasses", "difflib", "typing_extensions"
    )
    command = [sys.executable, *start, "doctor"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert not mark.exists()


def test_a_program_that_imports_dlcli_keeps_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("import dlcli\n")
    (tmp_path / "mine" / "__main__.py").write_text("import beside\n")
    (tmp_path / "beside.py").write_text("print('imported')\n")
    command = [sys.executable, "-m", "mine"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout == "imported\n"


def test_warnings_in_a_worker_are_printable(tmp_path: Path) -> None:
    program = (
        "import sys, warnings\n"
        "from dlcli.sweeps.runner.worker import main\n"
        "main()\n"
        "warnings.warn('\\x1b[31mred', stacklevel=1)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "missing")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as worker:  # stdin stays open: else it ends
        assert worker.stderr is not None
        errors = worker.stderr.read()
    assert b"\x1b" not in errors
    assert b"warning: \\x1b[31mred\n" in errors


def test_workers_start_without_a_stderr(tmp_path: Path) -> None:
    """As `dlcli sweep … 2>&-` starts them; the file that has the number 2 instead stays as it is."""
    code = (
        "import sys; from pathlib import Path\n"
        "other = open(sys.argv[1], 'w')\n"
        "from dlcli.sweeps.runner.worker_process import WorkerProcess\n"
        "import subprocess\n"
        "calls = []\n"
        "subprocess.Popen = lambda *a, **options: calls.append(options['stderr']) or sys.exit(calls[0] != -3)\n"
        "WorkerProcess(Path(sys.argv[2]), threads=1)\n"
    )
    command = f'exec {sys.executable} -c "$0" {tmp_path / "other"} {tmp_path} 2>&-'
    assert subprocess.run(["sh", "-c", command, code], check=False, timeout=60).returncode == 0  # -3 is DEVNULL
