from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.core import DataError, registry
from dlcli.data import Data, DataPaths, DatasetReader, FileFormat, Split, load_data, new_data
from dlcli.data.docstrings import Docstrings
from dlcli.data.formats import Conll, Csv, Lines, Text, TextFolder
from dlcli.settings import SplitOptions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.txt").write_text("good film\nfine film\n" * 5)
    (tmp_path / "n.txt").write_text("bad film\nawful film\n" * 5)
    (tmp_path / "a.csv").write_text("review,stars\n" + "good film,pos\nbad film,neg\n" * 5)
    (tmp_path / "new.txt").write_text("a good film\n\na bad film\n")
    (tmp_path / "new.csv").write_text("stars,who,review\npos,me,good\nneg,you,awful\n")
    (tmp_path / "new.jsonl").write_text('{"text": "good", "label": "pos"}\n')
    return tmp_path


def loaded(reader: DatasetReader | FileFormat, folder: Path) -> Data:
    return load_data(reader, DataPaths(config_folder=folder), split=SplitOptions(), seed=0)


def read(reader: DatasetReader | FileFormat, folder: Path, file: str, *, require_targets: bool = False) -> Split:
    return new_data(folder / file, reader, loaded(reader, folder).preprocessor, require_targets=require_targets)


BY_FILE = Lines(files={"pos": "p.txt", "neg": "n.txt"})
TABLE = registry.make(Csv, path="a.csv", text="review")


@pytest.mark.parametrize("reader", [BY_FILE, TABLE])
def test_a_text_file_has_one_text_per_line(folder: Path, reader: FileFormat):
    split = read(reader, folder, "new.txt")
    assert split.ids.tolist() == [1, 3]
    assert split.targets is None
    assert any("new.txt: 1 line " in note for note in split.notes)
    assert any("vocabulary" in note for note in split.notes)


def test_columns_are_found_by_name(folder: Path):
    split = read(TABLE, folder, "new.csv", require_targets=True)
    assert split.targets.tolist() == [1, 0]
    assert any(note.startswith("new.csv: ") and note.endswith(" ignored: who") for note in split.notes)


def test_default_columns_are_text_and_label(folder: Path):
    assert read(BY_FILE, folder, "new.jsonl", require_targets=True).targets.tolist() == [1]
    with pytest.raises(DataError, match="lacks text"):
        read(BY_FILE, folder, "new.csv")


def test_required_labels_must_exist(folder: Path):
    with pytest.raises(DataError, match="text and label") as caught:
        read(BY_FILE, folder, "new.txt", require_targets=True)
    assert caught.value.code == "not_applicable"


def test_a_folder_of_texts_is_read_as_one(folder: Path):
    for label in ("pos", "neg"):
        (folder / "in" / label).mkdir(parents=True)
        for number in range(5):
            (folder / "in" / label / f"{number}.txt").write_text(f"{label} film")
    reader = TextFolder(path="in")
    assert read(reader, folder, "in", require_targets=True).targets.tolist() == [0] * 5 + [1] * 5
    assert read(reader, folder, "in/neg").ids.tolist() == [f"{number}.txt" for number in range(5)]
    assert len(read(reader, folder, "new.txt")) == 2


def test_a_language_model_needs_no_labels(folder: Path):
    assert read(Lines(path="p.txt"), folder, "new.txt", require_targets=True).inputs.lengths.tolist() == [4, 4]
    (folder / "long.txt").write_text("some words of a long text\n" * 20)
    for reader in (Text(path="long.txt"), Docstrings(size=5000)):
        split = read(reader, folder, "new.txt", require_targets=True)
        assert split.inputs.continuous
        assert split.inputs.total == 6


def test_sentences_of_words_need_no_labels_to_be_predicted(folder: Path):
    (folder / "a.conll").write_text("a X\nb Y\n\n" * 10)
    (folder / "new.conll").write_text("b\na\n\na\n")
    split = read(Conll(path="a.conll"), folder, "new.conll")
    assert split.inputs.lengths.tolist() == [2, 1]
    assert split.targets is None
