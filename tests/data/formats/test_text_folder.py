from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data import DataPaths, load_data, new_data
from dlcli.data.formats import TextFolder
from dlcli.settings import SplitOptions


@pytest.fixture
def data_paths(tmp_path: Path) -> DataPaths:
    for part in ("train", "test"):
        for label, word in (("pos", "good"), ("neg", "bad"), ("unsup", "what")):
            folder = tmp_path / part / label
            folder.mkdir(parents=True)
            for number in range(5):
                (folder / f"{number}.txt").write_text(f"{word}\nfilm {number} {part}")
    return DataPaths(config_folder=tmp_path)


def test_a_folder_is_a_class_and_a_file_a_text(data_paths: DataPaths):
    reader = TextFolder(path="train", test_path="test", classes=["neg", "pos"])
    data = load_data(reader, data_paths, split=SplitOptions(), seed=0)
    assert data.class_names == ("neg", "pos")
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 8, "dev": 2, "test": 10}
    assert data.splits["test"].ids[0] == "neg/0.txt"
    assert data.input_shape == (4,)
    assert set(data.fingerprint) == {"train", "test"}


def test_the_fingerprint_is_that_of_all_files(data_paths: DataPaths):
    before = TextFolder(path="train").read(data_paths).fingerprint
    assert TextFolder(path="train").read(data_paths).fingerprint == before
    (data_paths.config_folder / "train" / "neg" / "0.txt").write_text("changed")
    assert TextFolder(path="train").read(data_paths).fingerprint != before


def test_splits_have_folders_of_their_own(data_paths: DataPaths):
    split = SplitOptions(files={"train": "train", "test": "test"}, train=1.0)
    data = load_data(TextFolder(classes=["neg", "pos"]), data_paths, split=split, seed=0)
    assert {name: len(part) for name, part in data.splits.items()} == {"train": 10, "test": 10}


def test_mistakes_are_explained(data_paths: DataPaths):
    with pytest.raises(DataError, match="no such folder"):
        TextFolder(path="nowhere").read(data_paths)
    with pytest.raises(DataError, match="but no folders"):
        TextFolder(path="train/pos").read(data_paths)
    with pytest.raises(DataError) as error:
        TextFolder(path="train", classes=["pos", "absent"]).read(data_paths)
    assert error.value.file == str(data_paths.config_folder / "train" / "absent")
    with pytest.raises(DataError, match="at least 2"):
        TextFolder(path="train", classes=["pos"]).read(data_paths)
    (data_paths.config_folder / "train" / "neg" / "0.txt").write_bytes(b"a\n\xff")
    with pytest.raises(DataError, match=r"0\.txt:2: the byte 0xff is not utf-8"):
        TextFolder(path="train").read(data_paths)


def names_of(data_paths: DataPaths) -> list[str]:
    return TextFolder(path="train", classes=["neg", "pos"]).read(data_paths).examples.ids.tolist()


def test_what_systems_leave_behind_is_no_text_and_no_class(data_paths: DataPaths):
    before = names_of(data_paths)
    for name in ("__MACOSX/pos/0.txt", ".hidden/a.txt", "pos/._0.txt", "pos/.ipynb_checkpoints/0.txt", "pos/Thumbs.db"):
        path = data_paths.config_folder / "train" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0\xff")
    raw = TextFolder(path="train").read(data_paths)
    assert raw.examples.ids.tolist() == [*before[:5], *before[5:], *(f"unsup/{n}.txt" for n in range(5))]
    assert raw.warnings == ()


def test_other_cases_and_inner_folders_are_read_and_other_files_are_counted(data_paths: DataPaths):
    folder = data_paths.config_folder / "train" / "pos"
    (folder / "more" / "deep").mkdir(parents=True)
    texts = ("5.TXT", "more/6.Txt", "more/deep/7.txt")
    for name in (*texts, "notes.md", "more/readme.rst"):
        (folder / name).write_text("a film")
    (folder.parent / "8.txt").write_text("of no class")
    raw = TextFolder(path="train", classes=["neg", "pos"]).read(data_paths)
    assert raw.examples.ids.tolist()[10:] == [f"pos/{name}" for name in texts]
    assert len(raw.warnings) == 2
    assert "2 files" in raw.warnings[0]
    assert "8.txt" in raw.warnings[1]


def test_training_prediction_and_evaluation_read_the_same(data_paths: DataPaths):
    folder = data_paths.config_folder / "train"
    (folder / "pos" / "more").mkdir()
    (folder / "pos" / "more" / "6.TXT").write_text("a good film")
    (folder / ".git").mkdir()
    (folder / ".git" / "a.txt").write_text("hidden")
    data = load_data(TextFolder(path="train"), data_paths, split=SplitOptions(), seed=0)
    ids = TextFolder(path="train").read(data_paths).examples.ids.tolist()
    for require_targets in (False, True):
        new = new_data(folder, TextFolder(path="train"), data.preprocessor, require_targets=require_targets)
        assert new.ids.tolist() == ids


def test_links_to_folders_are_followed_once(data_paths: DataPaths):
    root = data_paths.config_folder
    before = names_of(data_paths)
    (root / "store" / "inner").mkdir(parents=True)
    (root / "store" / "a.txt").write_text("linked film")
    (root / "store" / "inner" / "b.txt").write_text("linked film")
    (root / "store" / "inner" / "up").symlink_to(root / "store")
    (root / "train" / "pos" / "batch").symlink_to(root / "store")
    (root / "train" / "pos" / "again").symlink_to(root / "train" / "pos" / "batch")
    (root / "train" / "pos" / "all").symlink_to(root / "train")
    (root / "train" / "pos" / "bad").symlink_to(root / "train" / "neg")
    (root / "train" / "pos" / "self").symlink_to("self")
    raw = TextFolder(path="train", classes=["neg", "pos"]).read(data_paths)
    linked = ["pos/again/a.txt", "pos/again/inner/b.txt"]
    assert raw.examples.ids.tolist() == [*before, *linked]
    assert ["4 links" in warning for warning in raw.warnings] == [False, True]  # batch, all, bad, up; before them: self


def test_what_is_no_file_is_left_out_by_its_kind(data_paths: DataPaths):
    before = names_of(data_paths)
    folder = data_paths.config_folder / "train" / "pos"
    os.mkfifo(folder / "pipe.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "gone.txt").symlink_to("nowhere")
    raw = TextFolder(path="train", classes=["neg", "pos"]).read(data_paths)
    assert raw.examples.ids.tolist() == before
    assert ["3 " in warning for warning in raw.warnings] == [True]


def test_empty_class_folders_are_named(data_paths: DataPaths):
    for name in ("empty", "hollow"):
        (data_paths.config_folder / "train" / name).mkdir()
    with pytest.raises(DataError) as error:
        TextFolder(path="train").read(data_paths)
    assert error.value.file == str(data_paths.config_folder / "train" / "empty")
    assert "hollow" in error.value.message


def test_names_that_are_not_utf8_are_shown_with_a_replacement(data_paths: DataPaths):
    folder = data_paths.config_folder / "train"
    (folder / "pos" / os.fsdecode(b"\xff.txt")).write_text("a film")
    (folder / "neg").rename(folder / os.fsdecode(b"n\xffg"))
    raw = TextFolder(path="train").read(data_paths)
    assert "pos/\ufffd.txt" in raw.examples.ids.tolist()
    assert "n\ufffdg" in raw.examples.targets.tolist()
    assert ["6 names" in warning for warning in raw.warnings] == [True]
    (folder / os.fsdecode(b"n\xfeg")).mkdir()
    (folder / os.fsdecode(b"n\xfeg") / "0.txt").write_text("a film")
    with pytest.raises(DataError):
        TextFolder(path="train").read(data_paths)


@pytest.mark.parametrize("classes", [[], ["neg", "pos", "neg"]])
def test_classes_are_distinct_folders(classes: list[str]):
    with pytest.raises(ConfigError) as caught:
        TextFolder(path="train", classes=classes)
    assert caught.value.key == "classes"
