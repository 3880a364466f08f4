from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.core import DlcliError

Mistake = Callable[..., DlcliError]


@pytest.mark.parametrize(
    ("override", "key", "words"),
    [
        ("evaluation.metrics=[accuracy, r2]", "evaluation.metrics[1]", "r2 does not measure a classification"),
        ("evaluation.optimize=dev/acuracy", "evaluation.optimize", "did you mean accuracy?"),
        ("task=binary_classification", "task", "got 3; use classification"),
        ("data.split.group_by=patient", "data.split.group_by", "no columns"),
        ("data.normalize_targets=standard", "data.normalize_targets", "the targets of this data are classes"),
        ("evaluation.human_error=5", "evaluation.human_error", "an error rate from 0 to 1, got 5"),
        (
            "evaluation.metrics=[{name: roc_auc, positive_class: 3}]",
            "evaluation.metrics[0].positive_class",
            "unknown class",
        ),
        ("task={name: classification, loss: huber}", "task.loss", "got huber"),
        (
            "task={name: classification, loss: {name: softmax_cross_entropy, class_weights: [1, 2]}}",
            "task.loss.class_weights",
            "expected 3 weights",
        ),
    ],
)
def test_what_does_not_suit_the_data_is_refused_with_its_key(
    mistake: Mistake, iris: str, override: str, key: str, words: str
) -> None:
    found = mistake(iris, override)
    assert found.key == key
    assert words in str(found)
