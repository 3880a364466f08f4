from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.data import Places, load_data
from dlcli.data.formats import Conll
from dlcli.errors import DataError
from dlcli.split_options import SplitOptions

TEXT = """-DOCSTART- -X- O

EU NNP B-ORG
rejects VBZ O

# # O
Peter NNP B-PER


it PRP O"""


def test_sentences_have_a_label_for_every_word(tmp_path: Path):
    (tmp_path / "a.conll").write_text(TEXT)
    examples = Conll().read_new(tmp_path / "a.conll")
    assert [*examples.inputs] == [("EU", "rejects"), ("#", "Peter"), ("it",)]
    assert examples.targets.tolist() == [("B-ORG", "O"), ("O", "B-PER"), ("O",)]
    assert examples.ids.tolist() == [3, 6, 10]
    assert Conll(label=1).read_new(tmp_path / "a.conll").targets[0] == ("NNP", "VBZ")


def test_they_become_batches(tmp_path: Path):
    (tmp_path / "a.conll").write_text(TEXT)
    split = SplitOptions(files={"train": "a.conll", "dev": "a.conll"})
    data = load_data(Conll(), Places(config_folder=tmp_path), split=split, seed=0)
    assert (data.target_kind, data.class_names) == ("token_labels", ("B-ORG", "B-PER", "O"))
    batch = data.splits["train"].gather(np.array([2, 0]))
    assert batch.targets.tolist() == [[2, 0], [0, 2]]
    assert batch.lengths.tolist() == [1, 2]


def test_other_columns_and_comments(tmp_path: Path):
    (tmp_path / "a.txt").write_text("# a comment\n1\tIt\tPRON\n2\tis\tAUX\n")
    examples = Conll(token=1, label=2, delimiter="\t", comment="# ").read_new(tmp_path / "a.txt")
    assert [*examples.inputs] == [("It", "is")]


def test_a_line_without_a_label_is_found(tmp_path: Path):
    (tmp_path / "a.txt").write_text("a X\nb\n")
    with pytest.raises(DataError, match=r"a\.txt:2: column 0 and column 1 are expected; the line has 1"):
        Conll(label=1).read_new(tmp_path / "a.txt")
    assert Conll(label=1).read_new(tmp_path / "a.txt", require_targets=False).targets is None
    (tmp_path / "a.txt").write_text("\n\n")
    with pytest.raises(DataError, match="the file is empty"):
        Conll().read_new(tmp_path / "a.txt")
