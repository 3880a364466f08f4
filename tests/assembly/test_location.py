from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.core import DlcliError

Mistake = Callable[..., DlcliError]


@pytest.mark.parametrize(
    ("override", "key", "words"),
    [
        ("evaluation.metrics=[accuracy, r2]", "evaluation.metrics[1]", "r2"),
        ("evaluation.optimize=dev/acuracy", "evaluation.optimize", "did you mean accuracy?"),
        ("task=binary_classification", "task", "got 3"),
        ("data.split.group_by=patient", "data.split.group_by", "columns"),
        ("data.normalize_targets=standard", "data.normalize_targets", "classes"),
        ("evaluation.human_error=5", "evaluation.human_error", "got 5"),
        (
            "evaluation.metrics=[{name: roc_auc, positive_class: 3}]",
            "evaluation.metrics[0].positive_class",
            "3",
        ),
        ("task={name: classification, loss: huber}", "task.loss", "got huber"),
        (
            "task={name: classification, loss: {name: softmax_cross_entropy, class_weights: [1, 2]}}",
            "task.loss.class_weights",
            "expected 3 weights",
        ),
    ],
)
def test_options_that_do_not_apply_to_the_data_have_their_keys(
    mistake: Mistake, iris: str, override: str, key: str, words: str
) -> None:
    error = mistake(iris, override)
    assert (error.file, error.key) == (f"--set {override}", key)
    assert words in error.message
