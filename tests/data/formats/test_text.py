from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data import ClassLabels, DataPaths, NextTokens, TextOptions, load_data
from dlcli.data.formats import Text
from dlcli.data.text import Character
from dlcli.settings import SplitOptions, TextSettings

TEXT = "".join(f"line {number} of a text\n" for number in range(50))


def test_a_text_is_divided_in_its_order_and_nothing_is_lost(tmp_path: Path):
    (tmp_path / "a.txt").write_text(TEXT)
    data = load_data(
        Text(path="a.txt"),
        DataPaths(config_folder=tmp_path),
        split=SplitOptions(train=0.8, dev=0.1, test=0.1),
        seed=0,
        text=TextOptions(tokenizer=Character(), settings=TextSettings(window=16)),
    )
    assert (data.input_shape, type(data.preprocessor.targets)) == ((16,), NextTokens)
    read = ""
    for split in data.splits.values():
        batch = split.gather(np.arange(len(split)))
        lengths = split.inputs.lengths
        read += "".join(data.preprocessor.text.decode(row[:n]) for row, n in zip(batch.targets, lengths, strict=True))
    assert read == TEXT
    assert [rows.tolist() for rows in data.indices.values()] == [[0, 709], [709, 799], [799, len(TEXT)]]


def test_splits_have_files_of_their_own(tmp_path: Path):
    for name in ("train", "valid"):
        (tmp_path / f"{name}.txt").write_text(f"{name} {TEXT}")
    split = SplitOptions(files={"train": "train.txt", "dev": "valid.txt"})
    data = load_data(Text(), DataPaths(config_folder=tmp_path), split=split, seed=0)
    assert list(data.splits) == ["train", "dev"]
    assert any("dev: 1 of 251 tokens (0.4 %)" in warning for warning in data.warnings)
    split = SplitOptions(files={"train": "train.txt"}, train=0.5, dev=0.5)
    data = load_data(Text(), DataPaths(config_folder=tmp_path), split=split, seed=0)
    assert data.indices["train"][1] == data.indices["dev"][0]


def test_invalid_options_are_rejected_at_their_key(tmp_path: Path):
    data_paths = DataPaths(config_folder=tmp_path)
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(ConfigError, match="path: "):
        load_data(Text(), data_paths, split=SplitOptions(), seed=0)
    with pytest.raises(ConfigError, match=r"split\.stratify: "):
        load_data(Text(path="a.txt"), data_paths, split=SplitOptions(stratify=True), seed=0)
    with pytest.raises(DataError, match="1 byte"):
        load_data(Text(path="a.txt"), data_paths, split=SplitOptions(), seed=0)
    with pytest.raises(DataError, match="no targets"):
        (tmp_path / "b.txt").write_text(TEXT)
        load_data(Text(path="b.txt"), data_paths, split=SplitOptions(), seed=0, targets=ClassLabels)
