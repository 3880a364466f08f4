"""Knobs that carry what was learned over to the dev set: against variance and data mismatch."""

from __future__ import annotations

from dlcli.core import formatting
from dlcli.diagnosis.knobs.advice import Advice, Evidence, one_digit

#: λ/m, the weight of the L2 penalty beside the mean loss: a usual first value, and where it is already strong
_USUAL_L2, _STRONG_L2 = 5e-4, 1e-2
_STRONG_DROPOUT = 0.5


def stronger_l2(evidence: Evidence) -> Advice | None:
    """A larger L2 penalty, as long as it is not strong already."""
    now = float(evidence.regularization["l2"])
    strength = now / evidence.num_train
    if strength >= _STRONG_L2:
        return None
    value = one_digit(evidence.num_train * _USUAL_L2) if strength < _USUAL_L2 / 5 else one_digit(5 * now)
    penalty = f"an L2 penalty of λ/m = {strength:.2g}" if now else "no L2 penalty"
    why = f"{evidence.gap('variance')} with {penalty}"
    return Advice("stronger L2", "fit-dev", why, {"regularization.l2": value})


def more_dropout(evidence: Evidence) -> Advice | None:
    """Dropout on the hidden units of an architecture that has it."""
    now = float(evidence.regularization["dropout"] or evidence.model.get("dropout_rate", 0.0))
    if "dropout_rate" not in evidence.model or not evidence.model.get("hidden_units", True) or now >= _STRONG_DROPOUT:
        return None
    value = min(_STRONG_DROPOUT, round(now + 0.2, 2))
    why = f"{evidence.gap('variance')} with a dropout rate of {now:g}"
    of_model = not evidence.regularization["dropout"] and evidence.model.get("dropout_rate")
    key = "model.dropout_rate" if of_model else "regularization.dropout"
    return Advice("more dropout", "fit-dev", why, {key: value})


def early_stopping(evidence: Evidence) -> Advice | None:
    """Stopping where the optimizing metric turned, which also keeps the next trials short."""
    epochs = evidence.optimized.epochs
    if evidence.regularization["early_stopping"] is not None or len(epochs) < 8 or evidence.best_epoch is None:
        return None
    behind = epochs[-1] - evidence.best_epoch
    if behind < max(4, len(epochs) // 4):
        return None
    why = (
        f"{evidence.optimized.metric} was best at epoch {evidence.best_epoch} and the {behind} epochs after it gained "
        "nothing; "
        "the best weights are kept either way, the time is not"
    )
    stopping = {"metric": evidence.optimized.metric, "patience": max(3, len(epochs) // 10)}
    return Advice("early stopping", "fit-dev", why, {"regularization.early_stopping": stopping})


def more_examples(evidence: Evidence) -> Advice | None:
    """More training data: the surest cure of variance, and the dearest."""
    size = f"2 to 4 times the {formatting.count(evidence.num_train, 'example')}"
    why = f"{evidence.gap('variance')}, which shrinks between 1/√m and 1/m: half of it takes {size}"
    return Advice("more training data", "fit-dev", why, action="collect more training examples")


def error_analysis(evidence: Evidence) -> Advice | None:
    """A look at the mistakes themselves, as long as there are some."""
    dev = evidence.diagnosis.level("dev")
    if dev is None or dev.error.value == 0:
        return None
    measure = evidence.diagnosis.measure
    why = f"dev error {evidence.error('dev')}"
    if not evidence.is_regression:
        ceiling = measure.unit.size(dev.error.value / 10)
        why += f": a kind of mistake that is a tenth of them can gain at most {ceiling}"
    action = "sort a hundred of the worst examples in predictions/dev.jsonl into kinds and count them"
    return Advice("error analysis", "fit-dev", why, action=action)


def closer_examples(evidence: Evidence) -> Advice | None:
    """Training examples that are like those of the dev set."""
    why = f"{evidence.gap('data_mismatch')}: the dev set is unlike what the model was trained on"
    return Advice(
        "closer training data",
        "fit-dev",
        why,
        action="look at dev mistakes for what training lacks; collect or synthesize such examples",
    )
