"""Worker processes import the package of their parent and no modules of the working directory."""

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

#: Names of modules that a worker imports at its start.
NAMES = ("json", "queue", "numpy", "threading", "subprocess", "yaml", "pydantic", "sitecustomize", "usercustomize")


def plant(folder: Path, *names: str) -> Path:
    """Create modules that create a file when they are imported, and return its path."""
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


def test_worker_ignores_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = plant(tmp_path, *NAMES)
    monkeypatch.chdir(tmp_path)
    assert first_event(tmp_path / "missing")["event"] == "unable"  # dlcli was imported and did not find the sweep
    assert not mark.exists()


def test_worker_imports_package_of_parent(tmp_path: Path) -> None:
    """The package need not be installed: only the parent knows its location."""
    package = Path(dlcli.__file__).parent
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "dlcli").symlink_to(package)
    shutil.copy(__file__, tmp_path / "place" / "helpers_of_this_test.py")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from importlib.machinery import PathFinder\n"
        "sys.meta_path.insert(0, PathFinder)  # takes precedence over the finder of an editable installation\n"
        "import pathlib, helpers_of_this_test as helpers\n"
        "print(helpers.first_event(pathlib.Path('missing'))['event'], helpers.dlcli.__file__)\n"
    )
    place = str(tmp_path / "place")
    command = [sys.executable, "-c", program, place]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert printed == ["unable", f"{place}/dlcli/__init__.py"]


@pytest.mark.parametrize("start", [["-m", "dlcli"], ["-um", "dlcli"], ["-mdlcli"]])
def test_python_m_ignores_working_directory(tmp_path: Path, start: list[str]) -> None:
    mark = plant(
        tmp_path, "json", "queue", "numpy", "typer", "rich", "click", "dataclasses", "difflib", "typing_extensions"
    )
    command = [sys.executable, *start, "doctor"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert not mark.exists()


def test_import_of_dlcli_keeps_import_path(tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__init__.py").write_text("import dlcli\n")
    (tmp_path / "program" / "__main__.py").write_text("import neighbor\n")
    (tmp_path / "neighbor.py").write_text("print('imported')\n")
    command = [sys.executable, "-m", "program"]
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
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe
    ) as worker:  # stdin stays open, otherwise the worker exits
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
