from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from dlcli.errors import StorageError
from dlcli.runs import append_file


def test_lines_are_read_back_and_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    assert append_file.read_records(path) == []
    append_file.append_line(path, '{"epoch": 1}')
    append_file.append_line(path, '{"epoch": 2}')
    with path.open("ab") as file:
        file.write(b'{"epoch": 3')
    assert append_file.read_records(path) == [{"epoch": 1}, {"epoch": 2}]


def test_a_damaged_line_before_the_last_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"epoch": 1}\n{"epo\n{"epoch": 3}\n')
    with pytest.raises(StorageError) as caught:
        append_file.read_records(path)
    assert caught.value.line == 2


def test_truncation_shortens_and_never_lengthens(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append_file.truncate(path, 5)
    assert append_file.file_size(path) == 0
    path.write_bytes(b"12345678")
    append_file.truncate(path, 100)
    assert path.read_bytes() == b"12345678"
    append_file.truncate(path, 5)
    assert path.read_bytes() == b"12345"


def test_a_line_that_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append_file.append_line(path, "a" * 1000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, hard))
    try:
        with pytest.raises(StorageError, match="cannot be written"):
            append_file.append_line(path, "b" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"a" * 1000 + b"\n"


def test_a_full_device_is_a_storage_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with pytest.raises(StorageError, match="/dev/full: cannot be written: no space left on device"):
        append_file.append_line(Path("/dev/full"), "x")
