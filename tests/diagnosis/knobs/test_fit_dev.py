from collections.abc import Callable
from typing import Any

import pytest

from dlcli.diagnosis import Diagnosis, Evidence
from dlcli.diagnosis.knobs.fit_dev import (
    closer_examples,
    early_stopping,
    error_analysis,
    more_dropout,
    more_examples,
    stronger_l2,
)

Make = Callable[..., Evidence]
Spec = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("l2", "advised"), [(0.0, 0.5), (0.01, 0.5), (0.5, 2.0), (5.0, 20.0), (10.0, None), (100.0, None)]
)
def test_l2_grows_until_it_is_strong(make_evidence: Make, make_spec: Spec, l2: float, advised: float | None) -> None:
    """With 1,000 examples λ = 0.5 is λ/m = 5e-4, and λ = 10 is strong; 5 · 0.5 = 2.5 is 2 at one digit."""
    advice = stronger_l2(make_evidence(spec=make_spec(regularization__l2=l2)))
    assert (advice and advice.settings) == (advised and {"regularization.l2": advised})
    assert advice is None or advice.settings["regularization.l2"] > l2


@pytest.mark.parametrize(
    ("changes", "advised"),
    [
        ({}, 0.2),
        ({"regularization__dropout": 0.2}, 0.4),
        ({"regularization__dropout": 0.4}, 0.5),
        ({"regularization__dropout": 0.5}, None),
        ({"model__dropout_rate": 0.3}, 0.5),
        ({"model__hidden_units": []}, None),
        ({"model": {"layers": ["relu"], "output": None}}, None),
    ],
)
def test_dropout_needs_hidden_units(
    make_evidence: Make, make_spec: Spec, changes: dict[str, Any], advised: float | None
) -> None:
    advice = more_dropout(make_evidence(spec=make_spec(**changes)))
    key = "model.dropout_rate" if "model__dropout_rate" in changes else "regularization.dropout"
    assert (advice and advice.settings) == (advised and {key: advised})


def test_early_stopping_if_the_last_epochs_did_not_improve(make_evidence: Make, make_spec: Spec) -> None:
    advice = early_stopping(make_evidence(best_epoch=8))
    assert advice is not None
    assert advice.set_line == "--set 'regularization.early_stopping={metric: dev/error, patience: 3}'"
    assert early_stopping(make_evidence(best_epoch=18)) is None
    stopping = {"metric": "dev/error", "patience": 5, "min_delta": 0.0, "mode": None}
    assert early_stopping(make_evidence(best_epoch=8, spec=make_spec(regularization__early_stopping=stopping))) is None


def test_more_data_states_the_amount(make_evidence: Make) -> None:
    advice = more_examples(make_evidence())
    assert advice is not None and advice.set_line is None
    assert "1,000 examples" in advice.why


def test_mismatch_asks_for_closer_examples(make_evidence: Make, make_diagnosis: Callable[..., Diagnosis]) -> None:
    diagnosis = make_diagnosis(train=(10, 1000), train_dev=(12, 1000), dev=(100, 1000))
    advice = closer_examples(make_evidence(diagnosis))
    assert advice is not None and "+8.80 points" in advice.why


def test_error_analysis_states_its_ceiling(make_evidence: Make, make_diagnosis: Callable[..., Diagnosis]) -> None:
    advice = error_analysis(make_evidence(make_diagnosis(train=(10, 1000), dev=(80, 1000))))
    assert advice is not None and "0.80 points" in advice.why
    assert error_analysis(make_evidence(make_diagnosis(train=(10, 1000), dev=(0, 1000)))) is None
    assert error_analysis(make_evidence(make_diagnosis(train=(10, 1000), test=(8, 1000)))) is None
