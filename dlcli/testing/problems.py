"""Small problems that a task is checked on: outputs of a model, and targets that the task's kind of targets encodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcli.core import ConfigError, DataError, registry
from dlcli.data import (
    EncodedTargets,
    Examples,
    FitOptions,
    HeadKind,
    Observed,
    Rows,
    Targets,
    Values,
    Vocabulary,
    column_of,
)
from dlcli.data.normalization import NoNormalization
from dlcli.tasks import Head, Task
from dlcli.testing.check import Subject
from dlcli.testing.garbage import with_garbage

#: examples of a problem, and steps of those that are sequences
COUNT, STEPS = 12, 5
#: steps of each sequence without padding: one, some, all, and none
LENGTHS = np.tile([1, 3, STEPS, 0], 3)


@dataclass(frozen=True)
class Problem:
    """A task, and a batch of outputs and targets.

    Args:
        task: Task.
        outputs: Outputs of a model, (N, …) float32.
        targets: Encoded targets, (N, …).
        lengths: Number of steps of each sequence without padding, (N,); None without steps.
    """

    task: Task
    outputs: np.ndarray
    targets: EncodedTargets
    lengths: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> Problem:
        """Return the problem with some of the examples."""
        lengths = None if self.lengths is None else self.lengths[rows]
        return replace(self, outputs=self.outputs[rows], targets=self.targets[rows], lengths=lengths)

    def with_garbage(self) -> Iterator[Problem]:
        """Yield the problem with garbage in padded steps, or in the outputs and targets of labels that are missing."""
        if self.lengths is not None:
            padded = np.arange(STEPS) >= self.lengths[:, None]
            for outputs, targets in _pairs(with_garbage(self.outputs, padded), with_garbage(self.targets, padded)):
                yield replace(self, outputs=outputs, targets=targets)
        elif isinstance(self.targets, Rows):
            yield from self._with_garbage_in_heads(self.targets)

    def _with_garbage_in_heads(self, targets: Rows) -> Iterator[Problem]:
        first = 0
        for head, part in self.task.parts.items():
            own = slice(first, first + part.output_units)
            first += part.output_units
            observed = targets.columns[head]
            assert isinstance(observed, Observed)
            missing = ~observed.mask
            versions = with_garbage(self.outputs[:, own], missing), with_garbage(observed.values, missing)
            for of_head, values in _pairs(*versions):
                outputs = self.outputs.copy()
                outputs[:, own] = of_head
                columns = {**targets.columns, head: Observed(values, observed.mask)}
                yield replace(self, outputs=outputs, targets=targets.with_columns(columns))


def problem_of(subject: Subject) -> Problem:
    """Return a problem for a task.

    Raises:
        AssertionError: The task takes none of the targets that are tried.
    """
    kind = subject.component.targets
    for examples in _example_sets():
        try:
            targets = _fit(kind, examples)
            task = _create(subject, targets)
        except (ConfigError, DataError):
            continue
        assert isinstance(task, Task), f"{subject} is not a Task"
        return _problem(task, targets, examples)
    raise AssertionError(f"{subject}: its targets cannot be fitted on classes, values, labels of words, or texts")


def _problem(task: Task, targets: Targets, examples: Examples) -> Problem:
    generator = np.random.default_rng(0)
    outputs = generator.standard_normal((COUNT, *task.output_shape((STEPS,)))).astype(np.float32)
    if targets.per_step:
        return Problem(task, outputs, generator.integers(task.output_units, size=(COUNT, STEPS)), LENGTHS)
    return Problem(task, outputs, targets.encode(examples, examples.all_rows, "train"))


def _fit(kind: type[Targets], examples: Examples) -> Targets:
    vocabulary = Vocabulary.fit({"a": 5, "bc": 3, "d": 2}, num_texts=2)
    heads = {"heads": dict.fromkeys(examples.target_names, HeadKind())}
    options = FitOptions(NoNormalization(), vocabulary=vocabulary, task_options=heads)
    return kind.fit(examples, examples.all_rows, options)


def _create(subject: Subject, targets: Targets) -> Any:
    if not targets.parts:
        return registry.make(subject.component, targets, **subject.options)
    tasks = {head: _task_of_head(of_head) for head, of_head in targets.parts.items()}
    return subject.component(targets, tasks, heads={head: Head(weight=1 + k) for k, head in enumerate(tasks)})


def _task_of_head(targets: Targets) -> Task:
    name = "regression" if isinstance(targets, Values) else "classification"
    task: Task = registry.lookup("task", name)(targets)
    return task


def _example_sets() -> Iterator[Examples]:
    """Yield examples with classes, values, a label for each word, columns with empty cells, boxes, and landmarks."""
    inputs, ids = np.zeros((COUNT, 1), np.float32), np.arange(COUNT)
    words = np.empty(COUNT, object)
    words[:] = [("u", "v", "w")] * COUNT
    for targets in (np.tile(["a", "b", "c"], 4), np.tile(["no", "yes"], 6), np.linspace(-1.0, 2.0, COUNT), words):
        yield Examples(inputs, targets, ids)
    kind, place = [None, "a", "b", "c"] * 3, [None, 0.5, 0.375, 0.625] * 3
    heads = {"kind": column_of(kind), "size": column_of([0.5, None, -1.0] * 4), "all": column_of(["x", "y"] * 6)}
    boxes = dict.fromkeys(("x", "y", "height", "width"), column_of(place)) | {"kind": column_of(kind)}
    points = dict.fromkeys(("nose_x", "nose_y"), column_of(place)) | dict.fromkeys(
        ("ear_x", "ear_y"), column_of([0.5] * COUNT)
    )
    for columns in (heads, boxes, points):
        yield Examples(inputs, None, ids, target_names=tuple(columns), fields=columns)


def _pairs(first: Iterator[np.ndarray], second: Iterator[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the arrays side by side; the last one of the shorter iterator is repeated."""
    firsts, seconds = list(first), list(second)
    for number in range(max(len(firsts), len(seconds))):
        yield firsts[min(number, len(firsts) - 1)], seconds[min(number, len(seconds) - 1)]
