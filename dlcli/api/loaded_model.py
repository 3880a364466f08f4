"""A trained model, ready to be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcli import runs
from dlcli.api.predictions import prediction_rows, row_ids
from dlcli.api.stored_spec import load_stored_spec
from dlcli.assembly import build_model, build_reader, build_task, check_resumable, evaluation_batch_size, located
from dlcli.core import DataError, Generators, StorageError, under
from dlcli.data import Preprocessor, SequenceSource, Split, check_numbers, encode_given_texts, new_data
from dlcli.runs import RunFolder, files
from dlcli.spec import Overrides, Spec
from dlcli.tasks import Predictions, SequenceLabeling, concatenate_predictions
from dlcli.training import CheckpointStore, compute_outputs


class LoadedModel:
    """The best weights of a run, with the preprocessing they were trained with.

    Args:
        folder: of the run.
        overrides: of what may change, such as `data.path` where the data has been moved.

    Raises:
        ConfigError: an override would change what the training has led to.
        StorageError: the run has no weights yet, or they are damaged or of another model.
    """

    def __init__(self, folder: RunFolder, overrides: Overrides = ()) -> None:
        self.folder = folder
        folder.verify(files.INPUTS)
        self.spec: Spec = load_stored_spec(folder, overrides)
        if overrides:
            check_resumable(load_stored_spec(folder).resolved(), self.spec.resolved())
        self.preprocessor = stored_preprocessor(folder)
        with located(self.spec):
            self.task = build_task(self.spec, self.preprocessor.targets)
            self.model = build_model(self.spec, self.preprocessor, self.task, generators=Generators(self.spec.seed))
        weights = CheckpointStore(folder.checkpoints).load_weights("best")
        try:
            self.model.load_state_dict(weights)
        except ValueError as error:  # somebody has changed the run's config
            raise StorageError(
                f"is not the model that was trained: {error}", code="incompatible_weights", file=str(self.spec.file)
            ) from error
        self.model.eval()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the user should know about the files of the run."""
        if self.folder.record().files:
            return ()
        return (f"run {self.folder.id} has no checksums of its own files: whether they were changed is not known",)

    @property
    def batch_size(self) -> int:
        """Examples per forward pass."""
        return evaluation_batch_size(self.spec, self.preprocessor)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of the model's outputs; empty for a regression."""
        return self.preprocessor.class_names or ()

    def predict(self, inputs: np.ndarray | Sequence[str] | Sequence[Sequence[str]]) -> np.ndarray:
        """What the model says of examples that nobody has normalized.

        Args:
            inputs: (N, …), as the training data was before preprocessing; or N texts, or N sentences as lists of words.

        Returns:
            class names (N,), or values (N, K) in the targets' unit; of token labels, (N,) arrays of class names.

        Raises:
            DataError: another shape, or values that are not finite.
        """
        split = self._split(inputs)
        predictions = self._predictions(split)
        if predictions.labels is None:
            return predictions.best_guess()
        named: np.ndarray = np.array(self.class_names)[predictions.labels]
        if not isinstance(self.task, SequenceLabeling):
            return named
        assert isinstance(split.inputs, SequenceSource)
        of_texts = np.empty(len(split), dtype=object)
        of_texts[:] = np.split(named, np.cumsum(split.inputs.lengths)[:-1])
        return of_texts

    def predict_probabilities(self, inputs: np.ndarray | Sequence[str] | Sequence[Sequence[str]]) -> np.ndarray:
        """(N, K) the probability of each class, in the order of `class_names`; of token labels, (tokens, K).

        Args:
            inputs: as those of `predict`.

        Raises:
            DataError: the model predicts values, or the inputs have another shape.
        """
        predictions = self._predictions(self._split(inputs))
        if predictions.probabilities is None:
            raise DataError("a regression has no probabilities; use predict", code="not_applicable")
        return predictions.probabilities

    def predict_file(self, path: str | Path, *, remark: Callable[[str], None] | None = None) -> list[dict[str, Any]]:
        """One row for each example of a file in the format of the training data.

        Args:
            path: of the file.
            remark: is told what the user should know about it, such as words that the training set does not have.

        Returns:
            rows of `id`, `class` and `probability`, or of `id` and the predicted values.

        Raises:
            DataError: the file is missing, or not like the training data.
        """
        split = self.read(path, require_targets=False)
        if remark is not None:
            for note in split.notes:
                remark(note)
        names = self.class_names, self.preprocessor.targets.names
        predictions = self._predictions(split)
        return list(prediction_rows(row_ids(split, len(predictions.best_guess())), predictions, *names))

    def read(self, path: str | Path, *, require_targets: bool) -> Split:
        """New data, preprocessed as the training set was.

        Raises:
            DataError: the file is missing, or not like the training data.
        """
        reader = build_reader(self.spec)
        group_by = self.spec.data.split.group_by
        with under("data.dataset", {"text": "data.text", "target_kind": "task"}):
            split = new_data(Path(path), reader, self.preprocessor, require_targets=require_targets, group_by=group_by)
        return replace(split, notes=(*self.remarks, *split.notes)) if self.remarks else split

    def _split(self, inputs: np.ndarray | Sequence[str] | Sequence[Sequence[str]]) -> Split:
        if self.preprocessor.text is not None:
            with under("data"):
                return encode_given_texts(inputs, self.preprocessor)
        inputs = np.asarray(inputs)
        check_numbers(inputs, "inputs")
        return Split("new", self.preprocessor.inputs(inputs), None, np.arange(len(inputs)))

    def _predictions(self, split: Split) -> Predictions:
        parts = []
        for batch in split.batches(self.batch_size):
            [outputs] = compute_outputs(self.model, [batch])
            parts.append(self.task.predictions(outputs, batch.lengths))
        return concatenate_predictions(parts)


def load(run: str | Path, *, runs_dir: str | Path = "runs") -> LoadedModel:
    """The trained model of a run.

    Args:
        run: a run as `dlcli.runs.find` finds it: folder, id, beginning of the id, or name (then the newest).
        runs_dir: the folder that names are looked for in.

    Raises:
        ConfigError: there is no such run.
        StorageError: it has no weights, or a file is damaged.
    """
    return LoadedModel(runs.find(Path(runs_dir), str(run)))


def stored_preprocessor(folder: RunFolder) -> Preprocessor:
    """The preprocessing that a run's model was trained with.

    Raises:
        StorageError: it is missing or damaged.
    """
    try:
        return Preprocessor.from_json(folder.read_json(files.PREPROCESSING))
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError("is not the preprocessing of a run", file=str(folder.path / files.PREPROCESSING)) from error
