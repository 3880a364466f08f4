from __future__ import annotations

import hashlib
import os
import resource
import signal
from pathlib import Path

import pytest

from dlcli.core import StorageError
from dlcli.runs import append_file


def test_lines_are_read_without_a_truncated_last_line(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    assert append_file.read_records(path) == []
    append_file.append_line(path, '{"epoch": 1}')
    append_file.append_line(path, '{"epoch": 2}')
    with path.open("ab") as file:
        file.write(b'{"epoch": 3')
    assert append_file.read_records(path) == [{"epoch": 1}, {"epoch": 2}]


def test_a_damaged_line_before_the_last_is_an_error(tmp_path: Path) -> None:
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


def test_a_line_that_cannot_be_written_completely_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append_file.append_line(path, "a" * 1000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, hard))
    try:
        with pytest.raises(StorageError) as caught:
            append_file.append_line(path, "b" * 1000)
        assert (caught.value.file, caught.value.code) == (str(path), "io_error")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"a" * 1000 + b"\n"


def test_a_line_does_not_continue_a_truncated_line(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_bytes(b"whole\nto")
    append_file.append_line(path, "next")
    assert path.read_bytes() == b"whole\nto\nnext\n"


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "device"])
def test_lines_are_appended_to_regular_files_only(tmp_path: Path, kind: str) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    path = tmp_path / "train.log"
    match kind:
        case "link":
            path.symlink_to(victim)
        case "dangling link":
            path.symlink_to(tmp_path / "new")
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/null")
    with pytest.raises(StorageError):
        append_file.append_line(path, "x")
    with pytest.raises(StorageError):
        append_file.GrowingFile(path).append("x")
    assert victim.read_bytes() == b"precious"
    assert not (tmp_path / "new").exists()


def test_a_hard_link_of_the_file_does_not_change(tmp_path: Path) -> None:
    path, backup = tmp_path / "metrics.jsonl", tmp_path / "backup"
    path.write_bytes(b"1\n")
    backup.hardlink_to(path)
    append_file.append_line(path, "2")
    assert (path.read_bytes(), backup.read_bytes()) == (b"1\n2\n", b"1\n")


@pytest.mark.parametrize("line", [b"[" * 5000 + b"]" * 5000, b'{"a": "\xff"}', b"9" * 5000])
def test_a_line_that_no_parser_accepts_is_damaged(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"{}\n" + line + b"\n")
    with pytest.raises(StorageError) as caught:
        append_file.read_records(path)
    assert caught.value.line == 2


def test_a_growing_file_knows_its_checksum(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    file = append_file.GrowingFile(path)
    assert file.state() == (0, hashlib.sha256(b"").hexdigest())
    file.append("one")
    append_file.append_line(path, "by another")
    file.append("two")
    content = b"one\nby another\ntwo\n"
    assert file.state() == append_file.GrowingFile(path).state() == (19, hashlib.sha256(content).hexdigest())
    file.truncate(4)
    assert file.state() == (4, hashlib.sha256(b"one\n").hexdigest())


def test_a_growing_file_is_checked_against_an_earlier_state(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    file = append_file.GrowingFile(path)
    file.append("one")
    then = file.state()
    file.append("two")
    file.check(*then)
    file.check(4, None)
    for size, checksum in ((3, None), (9, None), (9, then[1]), (4, hashlib.sha256(b"").hexdigest())):
        with pytest.raises(StorageError):
            file.check(size, checksum)
    path.write_bytes(b"onE\ntwo\n")
    with pytest.raises(StorageError):
        file.check(*then)
    path.unlink()
    with pytest.raises(StorageError):
        file.check(*then)
    file.check(0, None)


@pytest.mark.parametrize(("content", "line"), [(None, None), ("", None), ("{}\n", None), ("{", 1), ("{}\n{}\n{", 3)])
def test_the_number_of_a_line_that_is_cut_off(tmp_path: Path, content: str | None, line: int | None) -> None:
    path = tmp_path / "a.jsonl"
    if content is not None:
        path.write_text(content)
    assert append_file.torn_line(path) == line
