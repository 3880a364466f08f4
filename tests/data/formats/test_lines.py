from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import ConfigError, DataError
from dlcli.data import ClassLabels, DataPaths, NextTokens, TextOptions, load_data
from dlcli.data.formats import Lines
from dlcli.data.formats.lines import lines_of
from dlcli.data.text import Character
from dlcli.settings import SplitOptions


@given(st.lists(st.text(alphabet="ab é\t", max_size=6)), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_line_that_is_not_blank_is_a_text(lines: list[str], end: str, ended: bool):
    text = end.join(lines) + end * ended
    if not text.strip():
        return
    texts, numbers, blank = lines_of(np.frombuffer(text.encode(), dtype=np.uint8))
    expected = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    assert [*zip(numbers.tolist(), texts, strict=True)] == expected
    assert blank >= len(lines) - len(expected) - 1  # there is no line after the last line feed


def test_lines_without_classes_are_for_language_models(tmp_path: Path):
    (tmp_path / "names.txt").write_bytes("\ufeffemma\r\n\r\n  \r\nzoë\r\nluna\r\nmia".encode())
    options = TextOptions(tokenizer=Character())
    data_paths = DataPaths(config_folder=tmp_path)
    data = load_data(
        Lines(path="names.txt"), data_paths, split=SplitOptions(train=0.5, dev=0.5, in_order=True), seed=0, text=options
    )
    assert isinstance(data.preprocessor.targets, NextTokens)
    assert data.splits["train"].ids.tolist() == [1, 4]
    assert data.splits["dev"].ids.tolist() == [5, 6]
    assert any("names.txt: 2 lines" in warning for warning in data.warnings)
    batch = data.splits["train"].gather(np.arange(2))
    assert [data.preprocessor.text.decode(row) for row in batch.targets] == ["emma<EOS>", "zoë<EOS><PAD>"]


def test_one_line_is_a_text(tmp_path: Path):
    (tmp_path / "a.txt").write_text("only this")
    texts = Lines().read_with_warnings(tmp_path / "a.txt")[0].inputs
    assert [*texts] == ["only this"]
    with pytest.raises(DataError, match="dev split"):
        load_data(Lines(path="a.txt"), DataPaths(config_folder=tmp_path), split=SplitOptions(), seed=0)


def test_files_are_classes(tmp_path: Path):
    (tmp_path / "p.txt").write_text("good\n\nfine\n" * 5)
    (tmp_path / "n.txt").write_text("bad\nawful\n" * 5)
    reader = Lines(files={"pos": "p.txt", "neg": "n.txt"})
    raw = reader.read(DataPaths(config_folder=tmp_path))
    assert raw.targets is ClassLabels
    assert [*raw.examples.inputs][:2] == ["good", "fine"]
    assert [*raw.examples.inputs][10:12] == ["bad", "awful"]
    assert raw.examples.targets.tolist() == ["pos"] * 10 + ["neg"] * 10
    assert raw.examples.ids[[0, 1, 10]].tolist() == ["pos:1", "pos:3", "neg:1"]
    [warning] = raw.warnings
    assert "p.txt: 5 lines" in warning
    data = load_data(reader, DataPaths(config_folder=tmp_path), split=SplitOptions(stratify=True), seed=0)
    assert data.class_names == ("neg", "pos")
    assert any("also in train" in warning for warning in data.warnings)


def test_splits_can_have_separate_files(tmp_path: Path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.txt").write_text("three\n")
    split = SplitOptions(files={"train": "a.txt", "dev": "b.txt"})
    data = load_data(Lines(), DataPaths(config_folder=tmp_path), split=split, seed=0)
    assert [len(part) for part in data.splits.values()] == [2, 1]
    with pytest.raises(ConfigError, match=r"^split.files: "):
        reader = Lines(files={"x": "a.txt", "y": "b.txt"})
        load_data(reader, DataPaths(config_folder=tmp_path), split=split, seed=0)


def test_conflicting_options_are_rejected():
    with pytest.raises(ConfigError) as both:
        Lines(path="a.txt", files={"x": "a", "y": "b"})
    assert (both.value.code, both.value.key) == ("conflicting_options", "files")
    with pytest.raises(ConfigError) as single:
        Lines(files={"x": "a"})
    assert (single.value.code, single.value.key) == ("too_few_examples", "files")
