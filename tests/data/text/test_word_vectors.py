"""Published word vectors, as several tools write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import WordVectors, words_with_vectors
from dlcli.data.text import word_vectors

NUMBERS = {"<PAD>": 0, "the": 1, "flocci": 2, "über": 3, "at": 4}


def write(folder: Path, text: str) -> Path:
    path = folder / "vectors.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("header", ["", "3 2\n"], ids=["GloVe", "word2vec"])
def test_reads_the_words_of_the_vocabulary(tmp_path: Path, header: str) -> None:
    words = WordVectors.read(write(tmp_path, f"{header}of 9 9\nthe 0.5 -1e-1 \nüber 3 4\n"), NUMBERS)
    assert words.known.tolist() == [1, 3]
    np.testing.assert_array_equal(words.vectors, np.array([[0.5, -0.1], [3, 4]], np.float32))
    assert words.vectors.dtype == np.float32
    assert words.size == 2


def test_the_first_of_two_vectors_counts_and_words_with_spaces_are_others(tmp_path: Path) -> None:
    path = write(tmp_path, "x 1 2\nat home 1 2\nat 3 4\nat 5 6\n")
    assert WordVectors.read(path, NUMBERS).vectors.tolist() == [[3, 4]]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("x 1 2\nthe 1 two\n", 2, "'1 two'"),
        ("x 1 2\nthe 1\n", 2, "'1'"),
        ("x 1 2\nthe 1 nan\n", 2, "'1 nan'"),
        ("x 1 2\nother 1\nthe 1 2\n", 2, ""),
        ("x 1 2\nthe 1 2\ncut", 3, ""),
        ("2 3\nx 1 2\n", 2, ""),
        ("once upon a time\nthe 1 2\n", 1, ""),
        ("lonely\nthe 1 2\n", 1, ""),
        ("² 3\n", None, "none"),
        ("x 1 2\n", None, "none"),
        ("", None, "none"),
    ],
)
def test_invalid_files_are_errors_with_the_line(tmp_path: Path, text: str, line: int | None, part: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DataError) as caught:
        WordVectors.read(path, NUMBERS)
    assert part in caught.value.message
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_a_file_without_line_ends_is_not_read_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_vectors, "LONGEST_LINE", 100)
    with pytest.raises(DataError) as error:
        WordVectors.read(write(tmp_path, "the 1 2\n" + "at 3 4 " * 50), NUMBERS)
    assert error.value.line == 2


def test_the_words_of_a_file_come_in_its_order_and_do_not_exceed_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "4 2\nthe 1 2\nat home 3 4\nat 3 4\nof 5 6\n\n")
    assert words_with_vectors(path) == ["the", "at", "of"]
    assert words_with_vectors(path, limit=1) == ["the"]
    monkeypatch.setattr(word_vectors, "MEMORY_LIMIT", 2 * 2 * 4)  # two vectors of two float32
    assert words_with_vectors(path) == ["the", "at"]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        WordVectors.read(tmp_path / "none.txt", NUMBERS)
    assert caught.value.code == "missing_file"
