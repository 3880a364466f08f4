"""ROC and precision-recall curves, against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from dlcli.diagnosis import SplitOutcome, ranking_of
from dlcli.tasks import ClassPredictions, ValuePredictions


def outcome_of(scores: np.ndarray, targets: np.ndarray) -> SplitOutcome:
    probabilities = np.stack([1 - scores, scores], axis=1)
    return SplitOutcome("dev", ClassPredictions((scores > 0.5).astype(int), probabilities), targets)


@pytest.mark.parametrize("decimals", [1, 9])  # with and without ties
@pytest.mark.parametrize("positive", [0, 1])
def test_areas_are_those_of_scikit_learn(decimals: int, positive: int) -> None:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 2, 200)
    scores = np.clip(0.3 + 0.3 * targets + 0.2 * generator.standard_normal(200), 0, 1).round(decimals)
    ranking = ranking_of(outcome_of(scores, targets), ("no", "yes"), positive)
    assert ranking is not None
    positive_scores = scores if positive else 1 - scores
    assert ranking.area_under_roc == pytest.approx(
        metrics.roc_auc_score(targets == positive, positive_scores), abs=1e-12
    )
    expected = metrics.average_precision_score(targets == positive, positive_scores)
    assert ranking.average_precision == pytest.approx(expected, abs=1e-12)
    assert (ranking.num_positive, ranking.num_negative) == (sum(targets == positive), sum(targets != positive))
    assert ranking.positive_class == ("no", "yes")[positive]


def test_a_curve_by_hand() -> None:
    ranking = ranking_of(outcome_of(np.array([0.9, 0.8, 0.8, 0.1]), np.array([1, 0, 1, 0])), ("a", "b"))
    assert ranking is not None
    assert ranking.true_positive_rates.tolist() == [0, 0.5, 1, 1]
    assert ranking.false_positive_rates.tolist() == [0, 0, 0.5, 1]
    assert ranking.precisions.tolist() == [1, pytest.approx(2 / 3), 0.5]


@pytest.mark.parametrize("targets", [[0, 0, 0], [1, 1, 1]])
def test_a_single_class_has_no_curve(targets: list[int]) -> None:
    assert ranking_of(outcome_of(np.array([0.1, 0.5, 0.7]), np.array(targets)), ("a", "b")) is None


def test_without_two_classes_there_is_no_curve() -> None:
    values, truth = np.array([[0.2], [0.8]]), np.array([[0.0], [1.0]])
    assert ranking_of(SplitOutcome("dev", ValuePredictions(values), truth), ("a", "b")) is None
    assert ranking_of(outcome_of(values[:, 0], truth[:, 0]), ("a", "b", "c")) is None
