from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlcli.core import DataError, SplitOptions
from dlcli.data import Places, load_data, new_data
from dlcli.data.formats import TextFolder


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for part in ("train", "test"):
        for label, word in (("pos", "good"), ("neg", "bad"), ("unsup", "what")):
            folder = tmp_path / part / label
            folder.mkdir(parents=True)
            for number in range(5):
                (folder / f"{number}.txt").write_text(f"{word}\nfilm {number} {part}")
    return Places(config_folder=tmp_path)


def test_a_folder_is_a_class_and_a_file_a_text(places: Places):
    reader = TextFolder(path="train", test_path="test", classes=["neg", "pos"])
    data = load_data(reader, places, split=SplitOptions(), seed=0)
    assert data.class_names == ("neg", "pos")
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 8, "dev": 2, "test": 10}
    assert data.splits["test"].ids[0] == "neg/0.txt"
    assert data.input_shape == (4,)
    assert set(data.fingerprint) == {"train", "test"}


def test_the_fingerprint_is_that_of_all_files(places: Places):
    before = TextFolder(path="train").read(places).fingerprint
    assert TextFolder(path="train").read(places).fingerprint == before
    (places.config_folder / "train" / "neg" / "0.txt").write_text("changed")
    assert TextFolder(path="train").read(places).fingerprint != before


def test_splits_have_folders_of_their_own(places: Places):
    split = SplitOptions(files={"train": "train", "test": "test"}, train=1.0)
    data = load_data(TextFolder(classes=["neg", "pos"]), places, split=split, seed=0)
    assert {name: len(part) for name, part in data.splits.items()} == {"train": 10, "test": 10}


def test_mistakes_are_explained(places: Places):
    with pytest.raises(DataError, match="no such folder"):
        TextFolder(path="nowhere").read(places)
    with pytest.raises(DataError, match="but no folders"):
        TextFolder(path="train/pos").read(places)
    with pytest.raises(DataError) as error:
        TextFolder(path="train", classes=["pos", "absent"]).read(places)
    assert error.value.file == str(places.config_folder / "train" / "absent")
    with pytest.raises(DataError, match="at least 2"):
        TextFolder(path="train", classes=["pos"]).read(places)
    (places.config_folder / "train" / "neg" / "0.txt").write_bytes(b"a\n\xff")
    with pytest.raises(DataError, match=r"0\.txt:2: the byte 0xff is not utf-8"):
        TextFolder(path="train").read(places)


def names_of(places: Places) -> list[str]:
    return TextFolder(path="train", classes=["neg", "pos"]).read(places).examples.ids.tolist()


def test_what_systems_leave_behind_is_no_text_and_no_class(places: Places):
    before = names_of(places)
    for name in ("__MACOSX/pos/0.txt", ".hidden/a.txt", "pos/._0.txt", "pos/.ipynb_checkpoints/0.txt", "pos/Thumbs.db"):
        path = places.config_folder / "train" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0\xff")
    raw = TextFolder(path="train").read(places)
    assert raw.examples.ids.tolist() == [*before[:5], *before[5:], *(f"unsup/{n}.txt" for n in range(5))]
    assert raw.warnings == ()


def test_other_cases_and_inner_folders_are_read_and_other_files_are_counted(places: Places):
    folder = places.config_folder / "train" / "pos"
    (folder / "more" / "deep").mkdir(parents=True)
    for name in ("5.TXT", "more/6.Txt", "more/deep/7.txt", "notes.md", "more/readme.rst"):
        (folder / name).write_text("a film")
    (folder.parent / "8.txt").write_text("of no class")
    raw = TextFolder(path="train", classes=["neg", "pos"]).read(places)
    assert raw.examples.ids.tolist()[10:] == ["pos/5.TXT", "pos/more/6.Txt", "pos/more/deep/7.txt"]
    assert len(raw.warnings) == 2
    assert "2 files" in raw.warnings[0]
    assert "8.txt" in raw.warnings[1]


def test_training_prediction_and_evaluation_read_the_same(places: Places):
    folder = places.config_folder / "train"
    (folder / "pos" / "more").mkdir()
    (folder / "pos" / "more" / "6.TXT").write_text("a good film")
    (folder / ".git").mkdir()
    (folder / ".git" / "a.txt").write_text("hidden")
    data = load_data(TextFolder(path="train"), places, split=SplitOptions(), seed=0)
    ids = TextFolder(path="train").read(places).examples.ids.tolist()
    for require_targets in (False, True):
        new = new_data(folder, TextFolder(path="train"), data.preprocessor, require_targets=require_targets)
        assert new.ids.tolist() == ids


def test_links_to_folders_are_followed_once(places: Places):
    root = places.config_folder
    before = names_of(places)
    (root / "store" / "inner").mkdir(parents=True)
    (root / "store" / "a.txt").write_text("linked film")
    (root / "store" / "inner" / "b.txt").write_text("linked film")
    (root / "store" / "inner" / "up").symlink_to(root / "store")
    (root / "train" / "pos" / "batch").symlink_to(root / "store")
    (root / "train" / "pos" / "again").symlink_to(root / "train" / "pos" / "batch")
    (root / "train" / "pos" / "all").symlink_to(root / "train")
    (root / "train" / "pos" / "bad").symlink_to(root / "train" / "neg")
    (root / "train" / "pos" / "self").symlink_to("self")
    raw = TextFolder(path="train", classes=["neg", "pos"]).read(places)
    assert raw.examples.ids.tolist() == [*before, "pos/again/a.txt", "pos/again/inner/b.txt"]
    assert ["4 links" in warning for warning in raw.warnings] == [False, True]  # batch, all, bad, up; before them: self


def test_what_is_no_file_is_left_out_by_its_kind(places: Places):
    before = names_of(places)
    folder = places.config_folder / "train" / "pos"
    os.mkfifo(folder / "pipe.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "gone.txt").symlink_to("nowhere")
    raw = TextFolder(path="train", classes=["neg", "pos"]).read(places)
    assert raw.examples.ids.tolist() == before
    assert ["3 " in warning for warning in raw.warnings] == [True]


def test_empty_class_folders_are_named(places: Places):
    for name in ("empty", "hollow"):
        (places.config_folder / "train" / name).mkdir()
    with pytest.raises(DataError) as error:
        TextFolder(path="train").read(places)
    assert error.value.file == str(places.config_folder / "train" / "empty")
    assert "hollow" in error.value.message


def test_names_that_are_not_utf8_are_shown_with_a_replacement(places: Places):
    folder = places.config_folder / "train"
    (folder / "pos" / os.fsdecode(b"\xff.txt")).write_text("a film")
    (folder / "neg").rename(folder / os.fsdecode(b"n\xffg"))
    raw = TextFolder(path="train").read(places)
    assert "pos/\ufffd.txt" in raw.examples.ids.tolist()
    assert "n\ufffdg" in raw.examples.targets.tolist()
    assert ["6 names" in warning for warning in raw.warnings] == [True]
    (folder / os.fsdecode(b"n\xfeg")).mkdir()
    (folder / os.fsdecode(b"n\xfeg") / "0.txt").write_text("a film")
    with pytest.raises(DataError):
        TextFolder(path="train").read(places)
