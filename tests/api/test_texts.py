"""Models of texts from a config to predictions for new texts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dlcli import api
from dlcli.core import DataError, DlcliError

CLASSIFIER = """\
name: reviews
data:
  dataset: {format: lines, files: {pos: pos.txt, neg: neg.txt}}
  split: {train: 0.6, dev: 0.2, test: 0.2, stratify: true}
  text: {tokenizer: word, vocabulary: {min_count: 2}}
model: {layers: [embedding: {units: 4}, mean_over_time, linear: {units: 1}]}
optimizer: {name: adam, learning_rate: 0.1}
training: {epochs: 15, batch_size: 8}
"""
LABELER = """\
name: tags
data:
  dataset: {format: jsonl, path: tags.jsonl, text: words, label: tags}
  text: {vocabulary: {max_size: 50}, max_length: 20}
model: {layers: [embedding: {units: 8}, linear: {units: 2}]}
optimizer: {name: adam, learning_rate: 0.1}
training: {epochs: 15, batch_size: 8}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("texts")
    endings = ["film", "story .", "play , indeed", "cast"]
    for name, words in (("pos", ["good", "fine"]), ("neg", ["bad", "dull"])):
        lines = [f"a {word} {ending} {number % 3}" for number in range(5) for word in words for ending in endings]
        (made / f"{name}.txt").write_text("\n".join(lines))
    rows = [
        {"words": ["Eva", "sees", f"item{n % 5}"][: 1 + n % 3], "tags": ["N", "V", "N"][: 1 + n % 3]} for n in range(60)
    ]
    (made / "tags.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (made / "classifier.yaml").write_text(CLASSIFIER)
    (made / "labeler.yaml").write_text(LABELER)
    return made


@pytest.fixture(scope="module")
def classifier(folder: Path) -> api.Run:
    return api.train(folder / "classifier.yaml", runs_dir=folder / "runs")


@pytest.fixture(scope="module")
def labeler(folder: Path) -> api.Run:
    return api.train(folder / "labeler.yaml", runs_dir=folder / "runs")


def test_texts_are_classified(classifier: api.Run):
    assert classifier.metrics["test/accuracy"] == 1
    model = api.load(classifier.path)
    assert model.predict(["A good play!", "dull", "so bad"]).tolist() == ["pos", "neg", "neg"]
    probabilities = model.predict_probabilities(["a fine film", "a film that is bad"])
    assert probabilities.argmax(axis=1).tolist() == [1, 0]


def test_the_tokenizer_is_stored_with_the_run(classifier: api.Run):
    stored = json.loads((classifier.path / "preprocessing.json").read_text())
    assert stored["text"]["tokenizer"] == {
        "name": "word",
        "lowercase": True,
        "punctuation": "split",
        "line_ends": False,
        "special_tokens": True,
    }
    assert stored["text"]["vocabulary"]["tokens"][:5] == ["<PAD>", "<UNK>", "<BOS>", "<EOS>", "a"]


def test_a_file_with_one_text_per_line_is_predicted(classifier: api.Run, folder: Path):
    (folder / "new.txt").write_bytes(b"a good film\r\n\r\nxyzzy dull\r\n")
    remarks: list[str] = []
    rows = api.load(classifier.path).predict_file(folder / "new.txt", remark=remarks.append)
    assert [(row["id"], row["class"]) for row in rows] == [(1, "pos"), (3, "neg")]
    blank_lines, unknown_tokens = remarks
    assert blank_lines.startswith("new.txt: 1 line")
    assert unknown_tokens.startswith("new: 1 of 5 tokens (20 %)")


def test_a_labeled_file_is_evaluated(classifier: api.Run, folder: Path):
    (folder / "new.csv").write_text("text,label\ngood,pos\nbad,neg\nfine,neg\n")
    evaluation = api.evaluate(classifier.path, data=folder / "new.csv")
    assert evaluation.metrics["new/accuracy"] == pytest.approx(2 / 3)
    (folder / "wrong.csv").write_text("text,label\ngood,great\n")
    with pytest.raises(DataError, match="great") as caught:
        api.evaluate(classifier.path, data=folder / "wrong.csv")
    assert caught.value.code == "unknown_label"
    assert api.evaluate(classifier.path, split="dev").metrics["dev/accuracy"] == 1


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ("one text", "bracket"),
        ([1, 2], "texts"),
        ([], "text"),
        (np.zeros((2, 3)), "texts"),
    ],
)
def test_inputs_other_than_a_list_of_texts_are_an_error(classifier: api.Run, inputs: object, word: str):
    with pytest.raises(DataError, match=word):
        api.load(classifier.path).predict(inputs)


def test_every_word_is_labeled(labeler: api.Run, folder: Path):
    assert labeler.metrics["test/accuracy"] == 1
    model = api.load(labeler.path)
    labels = model.predict([["Eva", "sees", "item1"], ["sees"]])
    assert [row.tolist() for row in labels] == [["N", "V", "N"], ["V"]]
    assert [row.tolist() for row in model.predict(["Eva sees"])] == [["N", "V"]]
    (folder / "new.jsonl").write_text('{"words": ["Eva", "sees"]}\n{"words": ["sees"]}\n')
    rows = model.predict_file(folder / "new.jsonl")
    assert [(row["id"], row["class"]) for row in rows] == [("0:0", "N"), ("0:1", "V"), ("1:0", "V")]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("tokenizer: word", "tokenizer: words", (5, "data.text.tokenizer", "unknown_name")),
        ("{format: lines, files: {pos: pos.txt, neg: neg.txt}}", "iris", (5, "data.text", "not_applicable")),
        ("min_count: 2", "min_count: 999", (5, "data.text.vocabulary.min_count", "too_few_examples")),
        ("data:", "task: sequence_labeling\ndata:", (5, "data.split.stratify", "not_applicable")),
    ],
)
def test_errors_are_at_their_keys(folder: Path, old: str, new: str, place: tuple[int, str, str]):
    assert old in CLASSIFIER
    (folder / "wrong.yaml").write_text(CLASSIFIER.replace(old, new, 1))
    with pytest.raises(DlcliError) as caught:
        api.train(folder / "wrong.yaml", runs_dir=folder / "runs")
    assert (caught.value.line, caught.value.key, caught.value.code) == place


def test_a_missing_tokenizer_file_or_library_is_an_error(folder: Path):
    text = CLASSIFIER.replace("word,", "{name: hugging_face, path: no.json},", 1)
    (folder / "wrong.yaml").write_text(text)
    with pytest.raises(DlcliError) as caught:
        api.train(folder / "wrong.yaml", runs_dir=folder / "runs")
    assert caught.value.code in ("missing_file", "missing_package")
