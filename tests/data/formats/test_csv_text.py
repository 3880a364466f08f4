from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data.formats.csv_text import CsvText, Dialect

PLAIN = Dialect()


def text_of(tmp_path: Path, content: str | bytes, dialect: Dialect = PLAIN, skip_rows: int = 0) -> CsvText:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return CsvText.read(path, dialect, skip_rows)


def test_records_know_their_lines(tmp_path: Path):
    text = text_of(tmp_path, 'junk\n# note\na,b\n\n"x\ny",2\n# more\n3,4\n', Dialect(comment="#"), skip_rows=1)
    assert list(text.records()) == [(3, ["a", "b"]), (5, ["x\ny", "2"]), (8, ["3", "4"])]
    assert [text.line_of(record) for record in range(3)] == [3, 5, 8]
    assert text.body() == b'a,b\n"x\ny",2\n3,4\n'


def test_windows_lines_and_a_byte_order_mark(tmp_path: Path):
    text = text_of(tmp_path, b"\xef\xbb\xbfa, b \r\n\r\n1,2\r\n")
    assert text.first_cells() == ["a", "b"]
    assert text.line_of(1) == 3


def test_quotes_can_be_ordinary(tmp_path: Path):
    text = text_of(tmp_path, '5" disk,3\n', Dialect(quote=None))
    assert text.first_cells() == ['5" disk', "3"]


def test_widths(tmp_path: Path):
    with pytest.raises(DataError, match=r"2 cells .*got 3") as caught:
        text_of(tmp_path, "a,b\n1,2\n\n1,2,3\n").check_widths(2)
    assert caught.value.line == 4


@pytest.mark.parametrize("content", ["", "\n\n", "# only\n"])
def test_an_empty_file(tmp_path: Path, content: str):
    with pytest.raises(DataError, match="the file is empty"):
        text_of(tmp_path, content, Dialect(comment="#"))


def test_bytes_that_are_not_the_encoding(tmp_path: Path):
    with pytest.raises(DataError, match="0xe9 is not utf-8; set encoding") as caught:
        text_of(tmp_path, b"a,b\ncaf\xe9,1\n")
    assert caught.value.line == 2
    assert text_of(tmp_path, b"caf\xe9,1\n", Dialect(encoding="latin-1")).first_cells() == ["café", "1"]
    with pytest.raises(ConfigError, match="'utf-9'"):
        text_of(tmp_path, b"a\n", Dialect(encoding="utf-9"))


def test_quotes_that_are_not_pairs(tmp_path: Path):
    text_of(tmp_path, 'size,n\n5" disk,3\n').check_quotes()
    with pytest.raises(DataError, match=r"a quote is opened here") as caught:
        text_of(tmp_path, 'a,b\n"x\ny",1\n2,"z\n3,4\n').check_quotes()
    assert caught.value.line == 4


def test_a_cell_may_be_long(tmp_path: Path):
    text = text_of(tmp_path, "a\n" + "x" * 200_000 + "\n")
    assert [len(cells[0]) for _, cells in text.records()] == [1, 200_000]


@pytest.mark.parametrize(
    ("content", "skip_rows", "records"),
    [
        ('a,b\n# x\n"x\n# y\n\nz",1\n', 0, [(1, ["a", "b"]), (3, ["x\n# y\n\nz", "1"])]),
        ('"by\nhand"\na\n"x\n\ny"\n', 1, [(3, ["a"]), (4, ["x\n\ny"])]),
        ('5" disk\na,b\n1,2\n', 1, [(2, ["a", "b"]), (3, ["1", "2"])]),
        ('# "open\na,b\n"say ""x""",5"\n', 0, [(2, ["a", "b"]), (3, ['say "x"', '5"'])]),
        ('a,b\r\n"x\r\n",2\r3,4', 0, [(1, ["a", "b"]), (2, ["x\r\n", "2"]), (4, ["3", "4"])]),
    ],
)
def test_what_is_inside_quotes_is_text(tmp_path: Path, content: str, skip_rows: int, records: list[object]):
    assert list(text_of(tmp_path, content, Dialect(comment="#"), skip_rows).records()) == records
