"""A trained model for inference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcli import runs
from dlcli.api.predictions import row_ids
from dlcli.api.stored_spec import load_stored_spec
from dlcli.assembly import build_model, build_reader, build_task, check_resumable, evaluation_batch_size, locate_errors
from dlcli.core import DataError, Generators, StorageError, under
from dlcli.data import Preprocessor, SequenceSource, Split, check_numbers, concatenate, encode_texts, new_data
from dlcli.runs import RunFolder, files
from dlcli.spec import Overrides, Spec
from dlcli.tasks import Predictions
from dlcli.training import CheckpointStore, compute_outputs


class LoadedModel:
    """The best weights of a run, with the preprocessing they were trained with.

    Args:
        folder: Folder of the run.
        overrides: Changes of options that may change, such as `data.path` if the data has been moved.

    Raises:
        ConfigError: An override contradicts the training.
        StorageError: The run has no weights yet, or they are damaged or belong to another model.
    """

    def __init__(self, folder: RunFolder, overrides: Overrides = ()) -> None:
        self.folder = folder
        folder.verify(files.INPUTS)
        self.spec: Spec = load_stored_spec(folder, overrides)
        if overrides:
            check_resumable(load_stored_spec(folder).resolved(), self.spec.resolved())
        self.preprocessor = stored_preprocessor(folder)
        with locate_errors(self.spec):
            self.task = build_task(self.spec, self.preprocessor.targets)
            self.model = build_model(self.spec, self.preprocessor, self.task, generators=Generators(self.spec.seed))
        weights = CheckpointStore(folder.checkpoints).load_weights("best")
        try:
            self.model.load_state_dict(weights)
        except ValueError as error:  # the run's config was edited
            raise StorageError(
                f"does not describe the trained model: {error}", code="incompatible_weights", file=str(self.spec.file)
            ) from error
        self.model.eval()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks on the files of the run."""
        if self.folder.record().files:
            return ()
        return (f"run {self.folder.id} has no checksums of its own files, so changes to them cannot be detected",)

    @property
    def batch_size(self) -> int:
        """Number of examples per forward pass."""
        return evaluation_batch_size(self.spec, self.preprocessor)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes in the order of the model's outputs; empty for a regression."""
        return self.preprocessor.targets.class_names or ()

    def predict(self, inputs: np.ndarray | Sequence[str] | Sequence[Sequence[str]]) -> Any:
        """Predict the classes or values of examples.

        Args:
            inputs: Inputs (N, …) without preprocessing, or N texts, or N sentences as lists of words.

        Returns:
            Class names (N,), or values (N, K) in the targets' unit; for sequence labeling, N arrays of
            class names; for several heads, a mapping from each head to its predictions.

        Raises:
            DataError: The inputs have the wrong shape, or values that are not finite.
        """
        split = self._split(inputs)
        lengths = split.inputs.lengths if isinstance(split.inputs, SequenceSource) else None
        return self.task.named(self._predictions(split), lengths)

    def predict_probabilities(self, inputs: np.ndarray | Sequence[str] | Sequence[Sequence[str]]) -> np.ndarray:
        """Predict the probability of each class.

        Args:
            inputs: Inputs as for `predict`.

        Returns:
            Probabilities (N, K) in the order of `class_names`; for sequence labeling, (tokens, K).

        Raises:
            DataError: The model is a regression, or the inputs have the wrong shape.
        """
        return self.task.probabilities(self._predictions(self._split(inputs)))

    def predict_file(self, path: str | Path, *, remark: Callable[[str], None] | None = None) -> list[dict[str, Any]]:
        """Predict each example of a file in the format of the training data.

        Args:
            path: Path of the file.
            remark: Callback for remarks on the file, such as words that are not in the training set.

        Returns:
            Rows of `id`, `class` and `probability`, or of `id` and the predicted values.

        Raises:
            DataError: The file is missing, or differs in format from the training data.
        """
        split = self.read(path, require_targets=False)
        if remark is not None:
            for note in split.notes:
                remark(note)
        predictions = self._predictions(split)
        rows = zip(row_ids(split, len(predictions)).tolist(), self.task.prediction_rows(predictions), strict=True)
        return [{"id": example, **row} for example, row in rows]

    def read(self, path: str | Path, *, require_targets: bool) -> Split:
        """Read new data and preprocess it like the training set.

        Args:
            path: Path of the file.
            require_targets: Whether every example must have a target.

        Raises:
            DataError: The file is missing, or differs in format from the training data.
        """
        reader = build_reader(self.spec)
        group_by = self.spec.data.split.group_by
        with under("data.dataset", {"text": "data.text", "targets": "task"}):
            split = new_data(Path(path), reader, self.preprocessor, require_targets=require_targets, group_by=group_by)
        return replace(split, notes=(*self.remarks, *split.notes)) if self.remarks else split

    def _split(self, inputs: np.ndarray | Sequence[str] | Sequence[Sequence[str]]) -> Split:
        if self.preprocessor.text is not None:
            with under("data"):
                return encode_texts(inputs, self.preprocessor)
        try:
            inputs = np.asarray(inputs)
        except ValueError as error:  # lists of different lengths
            message = "expected inputs of the same shape for every example"
            raise DataError(message, code="wrong_shape") from error
        check_numbers(inputs, "inputs")
        return Split("new", self.preprocessor.inputs(inputs), None, np.arange(len(inputs)))

    def _predictions(self, split: Split) -> Predictions:
        parts = []
        for batch in split.batches(self.batch_size):
            [outputs] = compute_outputs(self.model, [batch])
            parts.append(self.task.predictions(outputs, batch.lengths))
        return concatenate(parts)


def load(run: str | Path, *, runs_dir: str | Path = "runs") -> LoadedModel:
    """Load the trained model of a run.

    Args:
        run: Run, as a folder, an id, a prefix of an id, or a name (the newest run of that name).
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: The run does not exist.
        StorageError: The run has no weights, or a file is damaged.
    """
    return LoadedModel(runs.find(Path(runs_dir), str(run)))


def stored_preprocessor(folder: RunFolder) -> Preprocessor:
    """Read the preprocessing of a run's training data.

    Raises:
        StorageError: The file is missing or damaged.
    """
    try:
        return Preprocessor.from_json(folder.read_json(files.PREPROCESSING))
    except (KeyError, TypeError, ValueError) as error:
        file = str(folder.path / files.PREPROCESSING)
        raise StorageError("does not contain the preprocessing of a run", file=file) from error
