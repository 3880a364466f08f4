"""With any mutation of a shipped config, `dlcli train` ends in a run or in an explained error."""

from __future__ import annotations

import gzip
import itertools
import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
#: replacements that make a config fast
SMALLER = {
    r"hidden_units: \[.*?\]": "hidden_units: [4, 3]",
    r"\b((?:embedding_)?units): \d{2,}": r"\1: 4",  # the outputs of a last layer stay
    r"\b(size|examples): \d{3,}": r"\1: 500",
    r"\bletters: \d+": "letters: 4",
    r"\b(lag|steps|length): \d+": r"\1: 5",
}
ENDINGS = (0, 1, 2, 3, 4, 5)
BUG = ("Traceback", "internal error")


@pytest.fixture(scope="session")
def few_examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for `$DLCLI_DATA` with a few rows of the data sets that are not embedded."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "adult").mkdir()
    (folder / "fashion_mnist").mkdir()
    kinds = itertools.cycle([("Private", "Male", "<=50K"), ("State-gov", "Female", ">50K")])
    rows = [
        f"{20 + age}, {work}, {1000 * age}, HS-grad, 9, Divorced, Sales, Husband, White, {sex}, "
        f"0, 0, {age}, Peru, {label}"
        for age, (work, sex, label) in zip(range(60), kinds, strict=False)
    ]
    (folder / "adult/adult.data").write_text("\n".join(rows) + "\n")
    (folder / "adult/adult.test").write_text("|1x3 Cross validator\n" + "".join(f"{row}.\n" for row in rows[:20]))
    generator = np.random.default_rng(0)
    for name, count in (("train", 100), ("t10k", 40)):
        images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = np.arange(count, dtype=np.uint8) % 10
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            file = folder / f"fashion_mnist/{name}-{kind}-ubyte.gz"
            file.write_bytes(gzip.compress(header + array.tobytes()))
    return folder


@pytest.fixture
def train(run, tmp_path, monkeypatch, few_examples, mutated) -> Callable[[Path, int | None], int]:
    """Function that trains a mutation of a small version of a config for one epoch and returns the exit code.

    Without a seed there is no mutation.
    """
    monkeypatch.setenv("DLCLI_DATA", str(few_examples))
    monkeypatch.chdir(tmp_path)

    def train_mutation(file: Path, seed: int | None) -> int:
        text = file.read_text(encoding="utf-8")
        for large, small in SMALLER.items():
            text = re.sub(large, small, text)
        text = text if seed is None else mutated(text, seed)
        (tmp_path / "config.yaml").write_bytes(text.encode(errors="surrogatepass"))
        outcome = run("train", "config.yaml", "--set", "training.epochs=1", "--quiet")
        assert outcome.code in ENDINGS, (file.name, seed, outcome.stderr)
        assert not any(word in outcome.stderr for word in BUG), (file.name, seed, outcome.stderr)
        assert (outcome.code == 0) == bool(outcome.stdout), (file.name, seed, outcome.stderr)
        return outcome.code

    return train_mutation


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_mutated_configs(train, file):
    codes = [train(file, seed) for seed in range(6)]
    assert 2 in codes


@pytest.mark.slow
@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_many_mutated_configs(train, file):
    codes = [train(file, seed) for seed in range(1000, 1000 + 2000 // len(CONFIGS))]
    sound = train(file, None)
    assert sound in (0, 3)  # 3 where the data of the config are not among the few examples
    assert {sound, 2} <= set(codes)
