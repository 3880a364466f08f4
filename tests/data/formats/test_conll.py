from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data import DataPaths, TokenLabels, load_data
from dlcli.data.formats import Conll
from dlcli.settings import SplitOptions

TEXT = """-DOCSTART- -X- O

EU NNP B-ORG
rejects VBZ O

# # O
Peter NNP B-PER


it PRP O"""


def test_sentences_have_a_label_for_every_word(tmp_path: Path):
    (tmp_path / "a.conll").write_text(TEXT)
    examples = Conll().read_new(tmp_path / "a.conll")
    assert [*examples.inputs] == [("EU", "rejects"), ("#", "Peter"), ("it",)]
    assert examples.targets.tolist() == [("B-ORG", "O"), ("O", "B-PER"), ("O",)]
    assert examples.ids.tolist() == [3, 6, 10]
    assert Conll(label=1).read_new(tmp_path / "a.conll").targets[0] == ("NNP", "VBZ")


def test_sentences_become_batches(tmp_path: Path):
    (tmp_path / "a.conll").write_text(TEXT)
    split = SplitOptions(files={"train": "a.conll", "dev": "a.conll"})
    data = load_data(Conll(), DataPaths(config_folder=tmp_path), split=split, seed=0)
    assert (type(data.preprocessor.targets), data.class_names) == (TokenLabels, ("B-ORG", "B-PER", "O"))
    batch = data.splits["train"].gather(np.array([2, 0]))
    assert batch.targets.tolist() == [[2, 0], [0, 2]]
    assert batch.lengths.tolist() == [1, 2]


def test_other_columns_and_comments(tmp_path: Path):
    (tmp_path / "a.txt").write_text("# a comment\n1\tIt\tPRON\n2\tis\tAUX\n")
    for delimiter in ("\t", "\\t"):
        examples = Conll(token=1, label=2, delimiter=delimiter, comment="# ").read_new(tmp_path / "a.txt")
        assert [*examples.inputs] == [("It", "is")]


@pytest.mark.parametrize(
    ("text", "line", "options"),
    [
        ("a X\nb\n", 2, {"label": 1}),
        ("good JJ\n\nlonely\n", 3, {}),
        ("lonely\n\ngood JJ\n", 1, {}),
        ("only\nwords\n", 1, {}),
        ("a X\nb X Y\n", 2, {}),
        ("a\tX\nNew York\tY\n", 2, {}),
        ("a\tX\n\tY\n", 2, {"delimiter": "\t"}),
        ("a\tX\nb\t\n", 2, {"delimiter": "\t"}),
        ("a\tp\tX\n\tp\tX\n", 2, {"delimiter": "\t"}),
        ("a X\n# a longer comment\n", 2, {}),
        ("a X\nb Y\0\n", 2, {}),
        ("a X\n", 1, {"label": 2}),
        ("a X\n", 1, {"token": -3}),
        ("a p X\n", 1, {"label": -3}),
    ],
)
def test_every_line_has_the_columns_of_the_first(tmp_path: Path, text: str, line: int, options: dict[str, Any]):
    (tmp_path / "a.conll").write_text(text)
    with pytest.raises(DataError) as error:
        Conll(**options).read_new(tmp_path / "a.conll")
    assert error.value.line == line


def test_an_empty_file_is_rejected(tmp_path: Path):
    (tmp_path / "a.conll").write_text("\n \n-DOCSTART- -X- O\n")
    with pytest.raises(DataError, match="empty"):
        Conll().read_new(tmp_path / "a.conll")


@pytest.mark.parametrize("text", ["a X\r\nb Y\r\n\r\nc X\r\n", "a X \nb\t Y\n \t\nc  X", "\n\na X\nb Y\n\n\nc X\n\n"])
def test_spaces_around_cells_and_kinds_of_line_ends_do_not_matter(tmp_path: Path, text: str):
    (tmp_path / "a.conll").write_bytes(text.encode())
    examples = Conll().read_new(tmp_path / "a.conll")
    assert [*examples.inputs] == [("a", "b"), ("c",)]
    assert examples.targets.tolist() == [("X", "Y"), ("X",)]


def test_words_with_spaces_need_a_tab_as_delimiter(tmp_path: Path):
    (tmp_path / "a.conll").write_text("New York\tLOC\t\n10\u00a0000\tNUM\n")
    examples = Conll(delimiter="\t").read_new(tmp_path / "a.conll")
    assert [*examples.inputs] == [("New York", "10\u00a0000")]
    assert examples.targets.tolist() == [("LOC", "NUM")]


def test_a_document_ends_a_sentence(tmp_path: Path):
    (tmp_path / "a.conll").write_text("a X\n-DOCSTART- -X-\nb Y\n")
    examples = Conll().read_new(tmp_path / "a.conll")
    assert ([*examples.inputs], examples.ids.tolist()) == ([("a",), ("b",)], [1, 3])


def test_labels_may_be_missing_if_they_are_not_required(tmp_path: Path):
    def words(text: str, **options: Any) -> list[tuple[str, ...]]:
        (tmp_path / "a.conll").write_text(text)
        examples = Conll(**options).read_new(tmp_path / "a.conll", require_targets=False)
        assert examples.targets is None
        return [*examples.inputs]

    assert words("a X\nb\n", label=1) == [("a", "b")]
    assert words("a\nb\n") == [("a", "b")]
    with pytest.raises(DataError) as error:
        words("a\nNew York\n")
    assert error.value.line == 2


@pytest.mark.parametrize("options", [{"token": 1, "label": 1}, {"delimiter": ""}, {"comment": ""}])
def test_invalid_options_are_rejected(options: dict[str, Any]):
    with pytest.raises(ConfigError):
        Conll(**options)
