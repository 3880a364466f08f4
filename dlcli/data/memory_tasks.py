"""Generated sequences with long-range dependencies, which test the memory of recurrent networks."""

# ruff: noqa: ARG002 - readers take the data paths; these read no files

from __future__ import annotations

import hashlib
import string

import numpy as np

from dlcli.core import ConfigError, NonNegativeInt, PositiveInt, check_array, register, rng
from dlcli.data.data_paths import DataPaths
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.raw_data import RawData
from dlcli.data.readers import DatasetReader
from dlcli.data.targets import ClassLabels, Values
from dlcli.data.text.texts import Sentences


@register("dataset", "copying")
class Copying(DatasetReader):
    """Sequences of a letter followed by random digits; the class is the letter.

    Guessing has an accuracy of 1 / `letters`. A model improves on it only once the gradient reaches back over the `lag`
    (Hochreiter & Schmidhuber 1997, Long short-term memory, section 5.2).

    Args:
        examples: Number of sequences.
        lag: Number of digits after the letter.
        letters: Number of different letters, 2 to 26.
        seed: Seed of the sequences, independent of the experiment's seed.
    """

    first_config = "model: {architecture: recurrent_classifier, cell: gru, units: 32}"

    def __init__(
        self,
        *,
        examples: PositiveInt = 10_000,
        lag: PositiveInt = 50,
        letters: PositiveInt = 8,
        seed: NonNegativeInt = 0,
    ) -> None:
        if not 2 <= letters <= len(string.ascii_lowercase):
            raise ConfigError(f"expected 2 to 26 letters, got {letters}", code="out_of_range", key="letters")
        self.examples = examples
        self.lag = lag
        self.letters = string.ascii_lowercase[:letters]
        self.seed = seed

    def read(self, data_paths: DataPaths) -> RawData:
        _check_size(self.examples, self.lag)
        draw = rng.generator(self.seed, "copying")
        targets = draw.permutation(np.arange(self.examples) % len(self.letters))  # balanced classes
        digits = draw.integers(10, size=(self.examples, self.lag))
        sequences = [
            (self.letters[letter], *map(str, row)) for letter, row in zip(targets, digits.tolist(), strict=True)
        ]
        digest = hashlib.sha256(targets.tobytes() + digits.tobytes()).hexdigest()
        return RawData(
            Examples(Sentences(sequences), targets, row_numbers(self.examples), target_names=("letter",)),
            {"generated sequences": digest},
            f"Copying: {self.examples} sequences, one of {len(self.letters)} letters and {self.lag} digits",
            class_names={str(number): letter for number, letter in enumerate(self.letters)},
            targets=ClassLabels,
        )


@register("dataset", "adding_problem")
class AddingProblem(DatasetReader):
    """Sequences of random numbers, two of which are marked; the target is the sum of those two.

    Each step has two features: a number between 0 and 1, and a mark, which is 1 at one step of each half and 0
    elsewhere. Always predicting 1 has a root mean squared error of `√(1/6)` = 0.408 (Hochreiter & Schmidhuber 1997,
    Long short-term memory, section 5.4; in this form Le et al. 2015, arXiv:1504.00941).

    Args:
        examples: Number of sequences.
        length: Number of steps of a sequence, at least 2.
        seed: Seed of the sequences, independent of the experiment's seed.
    """

    first_config = "model: {architecture: recurrent_classifier, cell: gru, units: 32}"

    def __init__(self, *, examples: PositiveInt = 10_000, length: PositiveInt = 50, seed: NonNegativeInt = 0) -> None:
        if length < 2:
            raise ConfigError(
                f"expected at least 2 steps, since two are marked, got {length}",
                code="out_of_range",
                key="length",
            )
        self.examples = examples
        self.length = length
        self.seed = seed

    def read(self, data_paths: DataPaths) -> RawData:
        _check_size(self.examples, self.length)
        draw = rng.generator(self.seed, "adding_problem")
        sequences = np.zeros((self.examples, self.length, 2), np.float32)  # (N, T, 2)
        sequences[:, :, 0] = draw.random((self.examples, self.length))
        half = self.length // 2
        rows = np.arange(self.examples)
        marked = draw.integers(0, half, self.examples), draw.integers(half, self.length, self.examples)
        for steps in marked:
            sequences[rows, steps, 1] = 1
        sums = (sequences[:, :, 0] * sequences[:, :, 1]).sum(axis=1, dtype=np.float64)
        return RawData(
            Examples(sequences, sums, row_numbers(self.examples), target_names=("sum",)),
            {"generated sequences": hashlib.sha256(sequences.tobytes()).hexdigest()},
            f"Adding problem: {self.examples} sequences of {self.length} steps",
            targets=Values,
        )


def _check_size(examples: int, steps: int) -> None:
    """Check that the sequences fit into memory.

    Raises:
        ConfigError: They do not fit.
    """
    try:
        check_array((examples, steps), itemsize=16)
    except MemoryError as error:
        raise ConfigError(str(error), code="too_large", key="examples") from None
