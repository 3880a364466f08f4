from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.core import DataError
from dlcli.data import DataPaths
from dlcli.data.docstrings import Docstrings, docstrings_of


def test_the_text_has_the_requested_size():
    raw = Docstrings(size=20_000).read(DataPaths())
    text = "".join(raw.examples.inputs.chunks())
    assert 20_000 <= len(text) < 40_000
    beginning = "Record of phased-in incompatible language changes."  # of __future__
    assert text.startswith(beginning)
    [name] = raw.fingerprint
    assert name.startswith("docstrings of Python 3.")


def test_a_larger_text_starts_with_the_smaller_one():
    small, large = ("".join(Docstrings(size=size).read(DataPaths()).examples.inputs.chunks()) for size in (5000, 9000))
    assert large.startswith(small)


def test_docstrings_come_in_the_order_of_the_file(tmp_path: Path):
    file = tmp_path / "a.py"
    file.write_text(
        '"""One."""\nclass A:\n    """Two\n    lines."""\n    def b(self):\n        """ """\n\ndef c():\n    "Three."\n'
    )
    assert [*docstrings_of(file)] == ["One.", "Two\nlines.", "Three."]
    file.write_text("def (")
    assert [*docstrings_of(file)] == []


def test_a_size_beyond_the_library_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(DataError, match=r"0 .*400,000") as caught:
        Docstrings().read(DataPaths())
    assert (caught.value.code, caught.value.key) == ("too_few_examples", "size")
