"""Tasks with a target for each step: padding is ignored."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.data import ClassLabels, NextTokens, TokenLabels, Vocabulary
from dlcli.tasks import LanguageModeling, SequenceLabeling, Task

VOCABULARY = Vocabulary(("<PAD>", "<UNK>", "<BOS>", "<EOS>", "a", "bc"), (0, 0, 0, 2, 6, 2))
LENGTHS = np.array([3, 1])
TARGETS = np.array([[4, 5, 3], [3, 0, 0]])


def tasks() -> list[Task]:
    names = tuple("uvwxyz")
    return [LanguageModeling(NextTokens(VOCABULARY)), SequenceLabeling(TokenLabels(ClassLabels(names)))]


def outputs(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((2, 3, 6))


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


@pytest.mark.parametrize("task", tasks(), ids=lambda task: type(task).__name__)
def test_the_loss_is_the_mean_over_real_steps(task: Task) -> None:
    logits = outputs()
    target_log_probabilities = np.take_along_axis(log_probabilities(logits), TARGETS[..., None], axis=2)[..., 0]
    expected = -(target_log_probabilities[0].sum() + target_log_probabilities[1, 0]) / 4
    assert task.loss(Tensor(logits), TARGETS, LENGTHS).item() == pytest.approx(expected)
    assert task.loss_weight(TARGETS, LENGTHS) == 4
    assert task.loss_weight(TARGETS) == 6
    assert task.loss_totals(Tensor(logits), TARGETS, LENGTHS)[0] == pytest.approx([4 * expected, 4])


@pytest.mark.parametrize("task", tasks(), ids=lambda task: type(task).__name__)
def test_values_in_the_padding_have_no_effect(task: Task) -> None:
    logits, other = outputs(), outputs(1)
    other[0], other[1, 0] = logits[0], logits[1, 0]
    leaf, changed = Tensor(logits, requires_grad=True), Tensor(other, requires_grad=True)
    for tensor in (leaf, changed):
        task.loss(tensor, TARGETS, LENGTHS).backward()
    assert leaf.grad is not None
    np.testing.assert_array_equal(leaf.grad, changed.grad)
    assert not leaf.grad[1, 1:].any()
    (one, truth), (two, same_truth) = (
        task.pair_predictions(logits, TARGETS, LENGTHS),
        task.pair_predictions(other, TARGETS, LENGTHS),
    )
    for form in one.forms():
        np.testing.assert_array_equal(one.form(form), two.form(form))
    assert [*task.target_rows(truth)] == [*task.target_rows(same_truth)]


def test_the_truth_of_a_text_is_its_size_and_its_unigram_nats() -> None:
    task = LanguageModeling(NextTokens(VOCABULARY))
    predictions, truth = task.pair_predictions(outputs(), TARGETS, LENGTHS)
    frequency = (np.array([0, 0, 0, 2, 6, 2]) + 1) / 16
    np.testing.assert_array_equal(truth.tokens, [3, 1])
    np.testing.assert_array_equal(truth.characters, [1 + 2 + 1, 1])  # "a", "bc" and the end; the end
    np.testing.assert_allclose(truth.unigram_nats, [-np.log(frequency[[4, 5, 3]]).sum(), -np.log(frequency[3])])
    expected = log_probabilities(outputs())
    np.testing.assert_allclose(predictions.nats[1], -expected[1, 0, 3])


def test_labels_of_all_steps_are_concatenated() -> None:
    predictions, truth = SequenceLabeling(TokenLabels(ClassLabels(tuple("uvwxyz")))).pair_predictions(
        outputs(), TARGETS, LENGTHS
    )
    np.testing.assert_array_equal(truth, [4, 5, 3, 3])
    np.testing.assert_array_equal(predictions.labels, outputs().argmax(axis=2)[[0, 0, 0, 1], [0, 1, 2, 0]])
