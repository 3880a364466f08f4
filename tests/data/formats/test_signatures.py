from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import DataPaths, FileFormat
from dlcli.data.formats import Csv, Jsonl, Parquet


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return stream.getvalue()


def array() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.arange(3))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        (archive("xl/workbook.xml"), "Excel"),
        (archive("a.csv"), "ZIP"),
        (archive("x.npy", "y.npy"), "NumPy"),
        (b"PK\x03\x04 damaged", "ZIP"),
        (b"%PDF-1.7\n", "PDF"),
        (array(), "NumPy"),
        (b"\x80\x04\x95 pickled", "pickle"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "HTML"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    ],
)
@pytest.mark.parametrize("reader", [Csv(path="a"), Jsonl(path="a"), Parquet(path="a")])
def test_files_of_another_kind_are_named(tmp_path: Path, reader: FileFormat, content: bytes, what: str):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DataError) as caught:
        reader.read(DataPaths(config_folder=tmp_path))
    assert what in caught.value.message
    assert "encoding" not in caught.value.message
