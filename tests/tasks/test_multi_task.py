"""Multi-task learning: every head is its own task on the examples that have a target of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.data import ClassLabels, HeadRows, HeadTargets, NextTokens, Observed, Values, Vocabulary
from dlcli.data.normalization import NoNormalization
from dlcli.metrics import Accuracy, MeanAbsoluteError
from dlcli.tasks import Classification, Head, HeadMetric, LanguageModeling, MultiTask, Regression, Task

MAE = "mean_absolute_error"
CLASSES = ClassLabels(("a", "b", "c"))
NUMBERS = Values.of(np.array([1.0, 2.0]), NoNormalization(), ("size",))
KIND = np.array([True, False, True, True, False, True])
SIZE = np.array([False, False, True, True, True, True])


def multi_task(**weights: float) -> MultiTask:
    tasks: dict[str, Task] = {"kind": Classification(CLASSES), "size": Regression(NUMBERS)}
    heads = {name: Head(weight=weights.get(name, 1.0)) for name in tasks}
    return MultiTask(HeadTargets({"kind": CLASSES, "size": NUMBERS}), tasks, heads=heads)


def outputs(dtype: type = np.float32) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((6, 4)).astype(dtype)


def targets(kind_garbage: int = 0, size_garbage: float = 0.0) -> HeadRows:
    generator = np.random.default_rng(1)
    kinds, sizes = generator.integers(3, size=6), generator.standard_normal((6, 1)).astype(np.float32)
    kinds[~KIND], sizes[~SIZE] = kind_garbage, size_garbage
    return HeadRows({"kind": Observed(kinds, KIND), "size": Observed(sizes, SIZE)})


def loss_and_gradient(task: MultiTask, of_targets: HeadRows) -> tuple[float, np.ndarray]:
    leaf = Tensor(outputs(), requires_grad=True)
    loss = task.loss(leaf, of_targets)
    loss.backward()
    assert leaf.grad is not None
    return loss.item(), leaf.grad


def test_the_loss_is_the_weighted_sum_of_the_losses_of_the_heads() -> None:
    task, plain = multi_task(size=0.25), targets()
    kind, size = plain.heads["kind"], plain.heads["size"]
    assert isinstance(kind, Observed)
    assert isinstance(size, Observed)
    alone = [
        task.parts["kind"].loss(Tensor(outputs()[KIND, :3]), kind.values[KIND]).item(),
        task.parts["size"].loss(Tensor(outputs()[SIZE, 3:]), size.values[SIZE]).item(),
    ]
    assert loss_and_gradient(task, plain)[0] == pytest.approx(alone[0] + 0.25 * alone[1])


@pytest.mark.parametrize("garbage", [(2, np.nan), (-7, np.inf), (10**9, -1e30)])
def test_garbage_in_missing_targets_changes_no_bit(garbage: tuple[int, float]) -> None:
    task = multi_task()
    (loss, gradient), (other, changed) = (
        loss_and_gradient(task, of_targets) for of_targets in (targets(), targets(*garbage))
    )
    assert loss == other
    assert gradient.tobytes() == changed.tobytes()
    for of_targets in (targets(), targets(*garbage)):
        totals = task.loss_totals(Tensor(outputs()), of_targets)
        assert totals.tobytes() == task.loss_totals(Tensor(outputs()), targets()).tobytes()
        assert results(task, of_targets, 6) == results(task, targets(), 6)


def test_an_example_without_a_target_has_no_gradient() -> None:
    _, gradient = loss_and_gradient(multi_task(), targets())
    assert not gradient[~KIND, :3].any()
    assert not gradient[~SIZE, 3:].any()
    assert gradient[KIND, :3].all()
    assert gradient[SIZE, 3:].all()


def results(task: MultiTask, of_targets: HeadRows, batch_size: int) -> list[float]:
    metrics = [HeadMetric("kind", Accuracy()), HeadMetric("size", MeanAbsoluteError())]
    totals = np.zeros((2, 2))
    for start in range(0, 6, batch_size):
        rows = slice(start, start + batch_size)
        totals += task.loss_totals(Tensor(outputs(np.float64)[rows]), of_targets[rows])
        predictions, truth = task.pair_predictions(outputs(np.float64)[rows], of_targets[rows])
        for metric in metrics:
            predictions.update(metric, truth)
    return [task.mean_loss(totals), *(metric.result() for metric in metrics)]


@pytest.mark.parametrize("batch_size", [1, 2, 4])
def test_metrics_and_losses_do_not_depend_on_the_batches(batch_size: int) -> None:
    np.testing.assert_allclose(
        results(multi_task(), targets(), batch_size), results(multi_task(), targets(), 6), rtol=1e-12
    )


def test_a_batch_without_any_target_of_a_head() -> None:
    task, rows = multi_task(), slice(0, 2)  # neither example has a size
    loss = task.loss(Tensor(outputs()[rows], requires_grad=True), targets()[rows])
    assert math.isfinite(loss.item())
    assert task.loss_weight(targets()[rows]) == 1


def test_a_batch_without_any_target_has_no_loss_and_no_gradient() -> None:
    task, rows = multi_task(), slice(1, 2)
    leaf = Tensor(np.full((1, 4), np.nan), requires_grad=True)
    loss = task.loss(leaf, targets()[rows])
    loss.backward()
    assert loss.item() == 0
    assert leaf.grad is not None
    assert not leaf.grad.any()
    assert task.loss_weight(targets()[rows]) == 0


def test_rows_of_predictions_and_targets_have_the_heads_as_prefixes() -> None:
    task = multi_task()
    predictions, truth = task.pair_predictions(outputs(), targets())
    rows, of_targets = [*task.prediction_rows(predictions)], [*task.target_rows(truth)]
    assert [*rows[0]] == ["kind.class", "kind.probability", "size.value"]
    assert [target["kind"] is not None for target in of_targets] == KIND.tolist()
    assert [target["size"] is not None for target in of_targets] == SIZE.tolist()


def test_the_errors_are_those_of_the_head_that_is_optimized() -> None:
    task = multi_task()
    assert task.error_measure(f"size.{MAE}").name == MAE
    assert task.error_measure("loss").name == "error_rate"
    assert (task.head_of("size.r2"), task.head_of("loss")) == ("size", "kind")


def test_a_metric_has_the_direction_the_unit_and_the_name_of_its_head() -> None:
    metric = HeadMetric("size", MeanAbsoluteError())
    assert (metric.name, metric.direction, metric.unit) == (
        f"size.{MAE}",
        MeanAbsoluteError.direction,
        MeanAbsoluteError.unit,
    )


def test_heads_that_cannot_be_trained_are_rejected() -> None:
    with pytest.raises(ConfigError) as caught:
        multi_task(kind=0, size=0)
    assert caught.value.key == "heads"
    tokens = NextTokens(Vocabulary(("<PAD>", "<UNK>", "<BOS>", "<EOS>", "a"), (0, 0, 1, 1, 2)))
    with pytest.raises(ConfigError) as caught:
        MultiTask(HeadTargets({"text": tokens}), {"text": LanguageModeling(tokens)}, heads={"text": Head()})
    assert caught.value.key == "heads.text.task"
