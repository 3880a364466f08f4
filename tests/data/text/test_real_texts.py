"""Known counts of real texts."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from dlcli.data import Data, DataPaths, FileFormat, TextOptions, load_data
from dlcli.data.formats import Lines, Text
from dlcli.data.text import BytePair, Character, Word
from dlcli.settings import SplitOptions, TextSettings, VocabularySettings

pytestmark = pytest.mark.skipif(
    "DLCLI_DATA" not in os.environ, reason="DLCLI_DATA, the folder of real data, is not set"
)


def load(reader: FileFormat, text: TextOptions, **split: object) -> Data:
    return load_data(reader, DataPaths(), split=SplitOptions(**split), seed=0, text=text)


def test_tinyshakespeare():
    reader = Text(path="input.txt", folder="tinyshakespeare")
    start = time.perf_counter()
    data = load(reader, TextOptions(tokenizer=Character()), train=0.9, dev=0.1)
    assert time.perf_counter() - start < 5  # 0.1 s on a quiet machine
    assert len(data.preprocessor.vocabulary) == 65 + 4
    tokens = {name: split.inputs.total for name, split in data.splits.items()}
    assert sum(tokens.values()) == 1_115_394
    assert tokens["dev"] == pytest.approx(111_540, abs=20)
    assert data.warnings == ()
    batch = data.splits["train"].gather(np.array([0]))
    beginning = "First Citizen:\nBefore we proceed any further"
    assert data.preprocessor.text.decode(batch.targets[0]).startswith(beginning)


def test_byte_pairs_of_tinyshakespeare():
    reader = Text(path="input.txt", folder="tinyshakespeare")
    text = "".join(reader.read(DataPaths()).examples.inputs.chunks())
    tokenizer = BytePair(merges=1000).fit([text], DataPaths())
    tokens = tokenizer.encode(text)
    assert tokenizer.decode(tokens) == text
    assert len(tokens) < 0.4 * len(text)
    assert set(tokens) <= set(tokenizer.tokens)


def test_names():
    data = load(Lines(path="names.txt", folder="names"), TextOptions(tokenizer=Character()), train=0.9, test=0.1)
    assert sum(len(split) for split in data.splits.values()) == 32_033
    assert len(data.preprocessor.vocabulary) == 26 + 4
    assert data.input_shape == (16,)  # the longest name has 15 letters


def test_sentences_of_reviews():
    files = {"pos": "rt-polarity.pos", "neg": "rt-polarity.neg"}
    data = load(
        Lines(files=files, folder="rt_polarity"),
        TextOptions(settings=TextSettings(vocabulary=VocabularySettings(min_count=2))),
        train=0.8,
        dev=0.1,
        test=0.1,
    )
    assert sum(len(split) for split in data.splits.values()) == 2 * 5331
    assert data.class_names == ("neg", "pos")
    assert "n't" in data.preprocessor.vocabulary.tokens


def test_verses():
    options = TextOptions(tokenizer=Word(), settings=TextSettings(max_length=40))
    data = load(Lines(path="bible_kjv.txt", folder="bible_kjv"), options, train=0.9, dev=0.1, in_order=True)
    assert sum(len(split) for split in data.splits.values()) == 31_102
    assert data.splits["dev"].ids[-1] == 31_102
    assert any("40 tokens" in warning for warning in data.warnings)


def test_an_encyclopedia_without_line_ends():
    reader = Text(path="enwiki_text8style.txt", folder="enwiki_sample")
    data = load(
        reader,
        TextOptions(settings=TextSettings(vocabulary=VocabularySettings(max_size=10_000))),
        train=0.9,
        dev=0.05,
        test=0.05,
    )
    assert sum(split.inputs.total for split in data.splits.values()) == 491_738
    assert len(data.preprocessor.vocabulary) == 10_004
