from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.data import Places, load_data
from dlcli.data.formats import TextFolder
from dlcli.errors import DataError
from dlcli.split_options import SplitOptions


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
    with pytest.raises(DataError, match="at least 2 folders"):
        TextFolder(path="train/pos").read(places)
    with pytest.raises(DataError, match=r"there is no \.txt file in it"):
        TextFolder(path="train", classes=["pos", "absent"]).read(places)
    (places.config_folder / "train" / "neg" / "0.txt").write_bytes(b"a\n\xff")
    with pytest.raises(DataError, match=r"0\.txt:2: the byte 0xff is not utf-8"):
        TextFolder(path="train").read(places)
