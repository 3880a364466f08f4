from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data import (
    BOS,
    EOS,
    DataPaths,
    Examples,
    Preprocessor,
    Sentences,
    Split,
    Targets,
    TextInputs,
    TextOptions,
    Texts,
    TextStream,
    load_data,
)
from dlcli.data.formats import Lines, Text
from dlcli.data.normalization import NoNormalization
from dlcli.data.targets import ClassLabels, NextTokens, TokenLabels
from dlcli.data.text import Character, Word, text_file
from dlcli.data.text.preparation import prepare_texts
from dlcli.data.text.tokenizer import Tokenizer
from dlcli.settings import SplitOptions, TextSettings


def prepared(
    inputs: TextInputs,
    kind: type[Targets],
    targets: np.ndarray | None = None,
    rows: np.ndarray | None = None,
    tokenizer: Tokenizer | None = None,
    **settings: Any,
) -> tuple[Preprocessor, Split]:
    """Fit a preprocessor on the first two texts, or on `rows`, and prepare all texts with it."""
    examples = Examples(inputs, targets, np.arange(len(inputs)))
    options = TextOptions(tokenizer=tokenizer or Word(), settings=TextSettings(**settings))
    plain = NoNormalization()
    preprocessor = Preprocessor.fit(
        examples,
        np.arange(2) if rows is None else rows,
        normalization=plain,
        target_normalization=plain,
        targets=kind,
        text=options,
    )
    return preprocessor, prepare_texts(examples, examples.all_rows, preprocessor, "dev")


def labels(*of_sentences: str) -> np.ndarray:
    array = np.empty(len(of_sentences), dtype=object)
    array[:] = [tuple(words.split()) for words in of_sentences]
    return array


def test_single_texts_have_a_beginning_and_an_end():
    preprocessor, split = prepared(Texts.of(["a b", "b", "a c"]), NextTokens)
    assert preprocessor.input_shape == (3,)
    batch = split.gather(np.arange(3))
    a, b = preprocessor.vocabulary.indices(["a", "b"]).tolist()
    assert batch.inputs.tolist() == [[BOS, a, b], [BOS, b, 0], [BOS, a, 1]]
    assert batch.targets.tolist() == [[a, b, EOS], [b, EOS, 0], [a, 1, EOS]]
    assert split.targets is None
    [remark] = split.notes
    assert all(part in remark for part in ("dev", "1 of 5", "20 %", "<UNK>"))


def test_continuous_text_is_cut_into_windows():
    text = "to be or not to be"
    stream = TextStream(np.frombuffer(text.encode(), dtype=np.uint8))
    preprocessor, split = prepared(stream, NextTokens, rows=np.array([0, 18]), tokenizer=Character(), window=5)
    assert preprocessor.input_shape == (5,)
    assert preprocessor.continuous
    assert len(split) == 4
    assert split.ids.tolist() == [0, 1, 2, 3]
    batch = split.gather(np.arange(4))
    assert batch.lengths.tolist() == [5, 5, 5, 3]
    targets = [token for row, n in zip(batch.targets, batch.lengths, strict=True) for token in row[:n].tolist()]
    assert preprocessor.text.decode(targets) == text
    assert batch.inputs[0, 0] == BOS


def test_texts_have_classes():
    targets = np.array(["x", "y", "x"])
    preprocessor, split = prepared(Texts.of(["a b", "b", ""]), ClassLabels, targets)
    assert preprocessor.input_shape == (2,)
    assert split.targets.tolist() == [0, 1, 0]
    assert split.gather(np.array([2, 0])).targets.tolist() == [0, 0]
    [remark] = split.notes
    assert all(part in remark for part in ("dev", "1 of 3", "<UNK>"))


def test_words_have_labels():
    preprocessor, split = prepared(Sentences([("a", "b"), ("c",)]), TokenLabels, labels("N V", "V"))
    assert preprocessor.targets.class_names == ("N", "V")
    batch = split.gather(np.arange(2))
    assert batch.targets.tolist() == [[0, 1], [1, 0]]
    assert batch.lengths.tolist() == [2, 1]


def test_every_token_needs_exactly_one_label():
    with pytest.raises(DataError, match=r"dev: example 1 .* 1 token and 2 labels"):
        prepared(Sentences([("a", "b"), ("c",)]), TokenLabels, labels("N V", "V N"))


def test_sequences_that_are_too_long_are_truncated_or_rejected():
    texts = Texts.of(["a b c d", "a", "a b c"])
    preprocessor, split = prepared(texts, NextTokens, max_length=2)
    assert preprocessor.input_shape == (3,)
    assert split.inputs.shape == (3, 3)
    assert any("2 of 3" in remark for remark in split.notes)
    with pytest.raises(DataError, match="dev: example 0 has 4 tokens, the first of 2") as caught:
        prepared(texts, NextTokens, max_length=2, too_long="error")
    assert (caught.value.code, caught.value.key) == ("too_large", "text.max_length")
    with pytest.raises(DataError, match="dev: example 0 has 4 tokens; max_length is 3"):
        prepared(texts, NextTokens, max_length=3, too_long="error")


def test_text_options_need_texts():
    plain = NoNormalization()
    numbers = Examples(np.zeros((2, 3)), np.array([0, 1]), np.arange(2))
    treatment = {"normalization": plain, "target_normalization": plain}
    for key, arguments in {
        "text": {"targets": ClassLabels, "text": TextOptions()},
        "targets": {"targets": NextTokens},
    }.items():
        with pytest.raises(ConfigError) as caught:
            Preprocessor.fit(numbers, np.arange(2), **arguments, **treatment)
        assert (caught.value.code, caught.value.key) == ("not_applicable", key)


def test_the_targets_must_exist():
    with pytest.raises(DataError, match="targets"):
        prepared(Texts.of(["a", "b"]), ClassLabels)
    with pytest.raises(ConfigError, match="sequence_labeling") as caught:
        prepared(Texts.of(["a", "b"]), TokenLabels, np.array(["x", "y"]))
    assert (caught.value.code, caught.value.key) == ("not_applicable", "targets")


@pytest.mark.parametrize("stream", [True, False])
def test_the_tokens_of_a_large_text_are_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: bool):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    texts: TextInputs = Texts.of(["to be", "or not", "to be"])
    rows = None
    if stream:
        texts, rows = TextStream(texts.content), np.array([0, 16])
    _, in_memory = prepared(texts, NextTokens, rows=rows, tokenizer=Character(), window=4)
    assert not [*tmp_path.iterdir()]
    monkeypatch.setattr(text_file, "MEMORY_LIMIT", 8)
    _, stored = prepared(texts, NextTokens, rows=rows, tokenizer=Character(), window=4)
    _, again = prepared(texts, NextTokens, rows=rows, tokenizer=Character(), window=4)
    assert len([*(tmp_path / "dlcli" / "tokens").glob("*.tokens")]) == 1
    every = np.arange(len(in_memory))
    for split in (stored, again):
        assert np.array_equal(split.gather(every).inputs, in_memory.gather(every).inputs)
        assert np.array_equal(split.gather(every).targets, in_memory.gather(every).targets)
        assert split.notes == in_memory.notes


def test_options_that_change_perplexity_are_remarked_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A <unk> b .\n" * 50)

    def warnings(tokenizer: Word) -> list[str]:
        reader, options = Text(path="a.txt"), TextOptions(tokenizer=tokenizer, settings=TextSettings(window=8))
        split = SplitOptions(train=0.8, dev=0.2)
        data = load_data(reader, DataPaths(config_folder=tmp_path), split=split, seed=0, text=options)
        assert ("unk" in data.preprocessor.vocabulary.index_of) != tokenizer.special_tokens
        return [*data.warnings]

    assert ["<unk>" in warning for warning in warnings(Word())][:2] == [False, True]
    assert sum("lower case" in warning for warning in warnings(Word())) == 1
    assert not any("lower case" in warning for warning in warnings(Word(lowercase=False, line_ends=True)))
    assert not any("special" in warning for warning in warnings(Word(special_tokens=False)))


def test_mostly_unknown_words_suggest_characters(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"{chr(0x4E00 + n)}{chr(0x5E00 + n)}\n" for n in range(20)))
    split = SplitOptions(train=0.5, dev=0.5)
    data = load_data(Lines(path="a.txt"), DataPaths(config_folder=tmp_path), split=split, seed=0)
    [warning] = [warning for warning in data.warnings if "vocabulary" in warning]
    assert "(100 %)" in warning
    assert "character" in warning
