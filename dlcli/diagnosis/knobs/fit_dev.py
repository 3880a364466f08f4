"""Knobs that reduce variance and data mismatch, so that the model fits the dev set."""

from __future__ import annotations

from dlcli.core import formatting
from dlcli.diagnosis.knobs.advice import Advice, Evidence, one_digit

#: λ/m, the weight of the L2 penalty relative to the mean loss: a common first value, and a strong one.
_USUAL_L2, _STRONG_L2 = 5e-4, 1e-2
_STRONG_DROPOUT = 0.5


def stronger_l2(evidence: Evidence) -> Advice | None:
    """Advise a larger L2 penalty unless it is strong already."""
    now = float(evidence.regularization["l2"])
    strength = now / evidence.num_train
    if strength >= _STRONG_L2:
        return None
    value = one_digit(evidence.num_train * _USUAL_L2) if strength < _USUAL_L2 / 5 else one_digit(5 * now)
    penalty = f"an L2 penalty of λ/m = {formatting.number(strength, 2)}" if now else "no L2 penalty"
    why = f"{evidence.gap('variance')} with {penalty}"
    return Advice("stronger L2", "fit-dev", why, {"regularization.l2": value})


def more_dropout(evidence: Evidence) -> Advice | None:
    """Advise more dropout for an architecture that supports it."""
    now = float(evidence.regularization["dropout"] or evidence.model.get("dropout_rate", 0.0))
    if "dropout_rate" not in evidence.model or not evidence.model.get("hidden_units", True) or now >= _STRONG_DROPOUT:
        return None
    value = min(_STRONG_DROPOUT, round(now + 0.2, 2))
    why = f"{evidence.gap('variance')} with a dropout rate of {formatting.number(now)}"
    in_model = not evidence.regularization["dropout"] and evidence.model.get("dropout_rate")
    key = "model.dropout_rate" if in_model else "regularization.dropout"
    return Advice("more dropout", "fit-dev", why, {key: value})


def early_stopping(evidence: Evidence) -> Advice | None:
    """Advise early stopping if the optimizing metric stopped improving, which also shortens the next runs."""
    epochs = evidence.optimized.epochs
    if evidence.regularization["early_stopping"] is not None or len(epochs) < 8 or evidence.best_epoch is None:
        return None
    wasted = epochs[-1] - evidence.best_epoch
    if wasted < max(4, len(epochs) // 4):
        return None
    why = (
        f"{evidence.optimized.metric} was best at epoch {evidence.best_epoch} and did not improve in the next "
        f"{wasted} epochs; the best weights are kept either way, but early stopping saves time"
    )
    stopping = {"metric": evidence.optimized.metric, "patience": max(3, len(epochs) // 10)}
    return Advice("early stopping", "fit-dev", why, {"regularization.early_stopping": stopping})


def more_examples(evidence: Evidence) -> Advice | None:
    """Advise more training data, the most reliable and most expensive remedy for variance."""
    size = f"2 to 4 times the {formatting.count(evidence.num_train, 'example')}"
    why = f"{evidence.gap('variance')}, which shrinks between 1/√m and 1/m: halving it takes {size}"
    return Advice("more training data", "fit-dev", why, action="collect more training examples")


def error_analysis(evidence: Evidence) -> Advice | None:
    """Advise an error analysis if there are dev errors."""
    dev = evidence.diagnosis.level("dev")
    if dev is None or dev.error.value == 0:
        return None
    measure = evidence.diagnosis.measure
    why = f"dev error {evidence.error('dev')}"
    if measure.is_rate:
        ceiling = measure.unit.size(dev.error.value / 10)
        why += f": fixing a category with a tenth of the mistakes gains at most {ceiling}"
    action = "sort a hundred of the worst examples in predictions/dev.jsonl into categories and count them"
    return Advice("error analysis", "fit-dev", why, action=action)


def closer_examples(evidence: Evidence) -> Advice | None:
    """Advise training examples that resemble those of the dev set, or of the test set if there is no dev set."""
    gap = evidence.diagnosis.gap("data_mismatch")
    unlike = "dev" if gap is None else gap.later
    why = f"{evidence.gap('data_mismatch')}: the {unlike} set differs from the training set"
    return Advice(
        "closer training data",
        "fit-dev",
        why,
        action=f"find what the training set lacks in the {unlike} mistakes; collect or synthesize such examples",
    )
