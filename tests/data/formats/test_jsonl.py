from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError, registry
from dlcli.data import Data, DataPaths, FileFormat, NextTokens, Sentences, TokenLabels, load_data, new_data
from dlcli.data.formats import Csv, Jsonl, Parquet
from dlcli.settings import SplitOptions

REVIEWS = [
    {"review": f"a {word} film", "stars": stars, "author": f"person {number}"}
    for number, (word, stars) in enumerate([("good", "many"), ("bad", "few")] * 5)
]


def write(folder: Path, rows: Sequence[object]) -> Path:
    path = folder / "a.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def load(reader: FileFormat, folder: Path) -> Data:
    return load_data(reader, DataPaths(config_folder=folder), split=SplitOptions(), seed=0)


def test_texts_and_labels_are_columns(tmp_path: Path):
    write(tmp_path, REVIEWS)
    data = load(registry.make(Jsonl, path="a.jsonl", text="review", label="stars", id="author"), tmp_path)
    assert (data.class_names, data.input_shape) == (("few", "many"), (3,))
    assert data.preprocessor.feature_names == ("review",)
    assert data.splits["train"].ids[0].startswith("person")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_other_tables_have_texts_too(tmp_path: Path, kind: str):
    import pyarrow as pa
    from pyarrow import csv, parquet

    table = pa.table({name: [row[name] for row in REVIEWS] for name in ("stars", "review")})
    if kind == "csv":
        csv.write_csv(table, tmp_path / "a.csv")
        reader: FileFormat = registry.make(Csv, path="a.csv", text="review")
    else:
        parquet.write_table(table, tmp_path / "a.parquet")
        reader = registry.make(Parquet, path="a.parquet", text="review")
    data = load(reader, tmp_path)
    assert data.preprocessor.targets.columns == ("stars",)  # the last column that is not the text
    assert data.preprocessor.vocabulary.tokens[4:6] == ("a", "film")


def test_texts_without_another_column_are_for_language_models(tmp_path: Path):
    write(tmp_path, [{"text": f"text {number}"} for number in range(10)])
    data = load(registry.make(Jsonl, path="a.jsonl", text="text"), tmp_path)
    assert isinstance(data.preprocessor.targets, NextTokens)


def test_lists_of_words_have_lists_of_labels(tmp_path: Path):
    write(tmp_path, [{"words": ["EU", "acts"], "tags": ["ORG", "O"]}, {"words": ["no"], "tags": ["O"]}] * 5)
    data = load(registry.make(Jsonl, path="a.jsonl", text="words"), tmp_path)
    assert (type(data.preprocessor.targets), data.class_names) == (TokenLabels, ("O", "ORG"))
    assert data.splits["train"].gather(np.arange(2)).targets.ndim == 2
    raw = registry.make(Jsonl, path="a.jsonl", text="words").read(DataPaths(config_folder=tmp_path))
    assert isinstance(raw.examples.inputs, Sentences)


def test_numbers_and_words_are_read_as_from_csv(tmp_path: Path):
    write(tmp_path, [{"size": number, "color": "red", "price": None, "y": "ab"[number % 2]} for number in range(10)])
    data = load(registry.make(Jsonl, path="a.jsonl", exclude=["price"]), tmp_path)
    assert data.preprocessor.input_names == ("size", "color=red")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ('{"a": 1, "b": 2}\n{"a": \n', r"a\.jsonl:2: "),
        ("\n[1, 2]\n", r"a\.jsonl:2: .*\[1, 2\]"),
        ('{"a": 1, "b": 2}\n\n{"a": "x", "b": 2}\n', r"a\.jsonl:3 a: .*int .*\"x\""),
        ("{}\n{}\n", r"a\.jsonl:1: "),
        ('{"text": "a", "b": 2}\n{"text": null, "b": 2}', r"a\.jsonl:2 text: "),
        ('{"text": 5, "b": 2}', r"a\.jsonl:1 text: .* 5$"),
        ('{"text": ["a"], "b": ["x"]}\n{"text": ["a"]}', r"a\.jsonl:2 b: "),
        ('{"text": ["a"], "b": ["x"]}\n{"text": ["a"], "b": [null]}', r"a\.jsonl:2 b: "),
        ('{"text": ["a"], "b": ["x"]}\n{"text": [null], "b": ["x"]}', r"a\.jsonl:2 text: "),
        ('{"text": "a", "b": 1}\n{"text": "b"}', r"a\.jsonl:2 b: "),
        ('{"text": "a", "b": "x"}\n{"text": "b", "b": "x\\u0000"}', r"a\.jsonl:2 b: "),
        ('{"text": ["a"], "b": ["x"]}\n{"text": ["a"], "b": ["x\\u0000"]}', r"a\.jsonl:2 b: "),
    ],
)
def test_mistakes_have_a_line(tmp_path: Path, content: str, message: str):
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(DataError, match=message):
        load(registry.make(Jsonl, path="a.jsonl", text="text" if '"text"' in content else None), tmp_path)


def test_a_missing_column_is_named(tmp_path: Path):
    write(tmp_path, REVIEWS)
    with pytest.raises(DataError, match=r"text: 'reviews' .* did you mean review\?"):
        load(registry.make(Jsonl, path="a.jsonl", text="reviews"), tmp_path)
    with pytest.raises(ConfigError, match="features: "):
        load(registry.make(Jsonl, path="a.jsonl", text="review", features=["author"]), tmp_path)


@pytest.mark.parametrize(
    ("content", "line", "key"),
    [
        ('[{"a": 1, "y": 2}]', 1, None),
        ('[\n {"a": 1, "y": 2}\n]\n', 1, None),
        ('{"data": [{"a": 1, "y": 2}]}', 1, "data"),
        ('{\n "data": []\n}', 1, None),
        ('{"a": 1, "y": 2}\n{"a": 1, "a": 2, "y": 2}', 2, None),
        ('{"a": "b", "y": 2}\n{"a": "\\ud800", "y": 2}', 2, "a"),
        ('{"a": 1, "\\ud800": 2}', 1, None),
        ('{"a": 1, "y": 2}\n{"a": true, "y": 2}', 2, "a"),
        ('{"a": [1], "y": 2}\n{"a": [1, "x"], "y": 2}', 2, "a"),
    ],
)
def test_invalid_rows_have_a_line(tmp_path: Path, content: str, line: int, key: str | None):
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(DataError) as caught:
        load(Jsonl(path="a.jsonl"), tmp_path)
    assert (caught.value.line, caught.value.key) == (line, key)


def test_numbers_may_be_mixed_with_missing_words_and_numbers_in_quotes(tmp_path: Path):
    values = [1, 2.5, "7", "None", "n/a", None, 2**70]
    write(tmp_path, [{"a": value, "y": "pq"[place % 2]} for place, value in enumerate(values)])
    raw = Jsonl(path="a.jsonl").read(DataPaths(config_folder=tmp_path))
    numbers = raw.examples.inputs.columns["a"].numbers
    assert np.array_equal(numbers, [1, 2.5, 7, np.nan, np.nan, np.nan, 2.0**70], equal_nan=True)


CUT = "\\ud83d"  # the first half of an emoji, as JSON escapes it


@pytest.mark.parametrize(
    ("line", "text", "label"),
    [
        (f'{{"text": "cut {CUT}", "b": "x"}}', "cut \ufffd", "x"),
        (f'{{"text": "cut", "b": "{CUT}x"}}', "cut", "\ufffdx"),
        ('{"text": "whole \\uD83D\\uDE00", "b": "\\u0078"}', "whole \U0001f600", "x"),
        ('{"text": "backslash \\\\ud83d", "b": "x"}', "backslash \\ud83d", "x"),
    ],
)
def test_unpaired_surrogates_are_replaced_with_a_warning(tmp_path: Path, line: str, text: str, label: str):
    (tmp_path / "a.jsonl").write_text(f'{{"text": "a", "b": "y"}}\n\n{line}\n')
    raw = registry.make(Jsonl, path="a.jsonl", text="text").read(DataPaths(config_folder=tmp_path))
    assert raw.examples.inputs[1] == text
    assert raw.examples.targets.tolist() == ["y", label]
    assert ["line 3" in warning for warning in raw.warnings] == ([True] if "\ufffd" in text + label else [])


def test_unpaired_surrogates_in_names_and_words_and_new_data_are_replaced(tmp_path: Path):
    write(tmp_path, [{"words": ["EU", "acts"], "ta\ud83dgs": ["ORG", "O\udcff"], "id": "\udcff"}] * 5)
    reader = registry.make(Jsonl, path="a.jsonl", text="words", label="ta\ufffdgs", id="id")
    data = load(reader, tmp_path)
    assert data.class_names == ("ORG", "O\ufffd")
    assert set(data.splits["train"].ids) == {"\ufffd"}
    assert any("5 lines" in warning for warning in data.warnings)
    new = new_data(tmp_path / "a.jsonl", reader, data.preprocessor, require_targets=False)
    assert any("5 lines" in note for note in new.notes)
