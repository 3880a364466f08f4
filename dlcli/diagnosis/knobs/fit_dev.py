"""Knobs that carry what was learned over to the dev set: against variance and data mismatch."""

from __future__ import annotations

from dlcli.diagnosis.knobs.advice import Advice, Case, one_digit

#: λ/m, the weight of the L2 penalty beside the mean loss: a usual first value, and where it is already strong
_USUAL_L2, _STRONG_L2 = 5e-4, 1e-2
_STRONG_DROPOUT = 0.5


def stronger_l2(case: Case) -> Advice | None:
    """A larger L2 penalty, as long as it is not strong already."""
    now = float(case.regularization["l2"])
    strength = now / case.num_train
    if strength >= _STRONG_L2:
        return None
    value = one_digit(case.num_train * _USUAL_L2) if strength < _USUAL_L2 / 5 else one_digit(5 * now)
    penalty = f"an L2 penalty of λ/m = {strength:.2g}" if now else "no L2 penalty"
    why = f"{case.gap('variance')} with {penalty}"
    return Advice("stronger L2", "fit-dev", why, {"regularization.l2": value})


def more_dropout(case: Case) -> Advice | None:
    """Dropout on the hidden units of an architecture that has it."""
    now = float(case.regularization["dropout"] or case.model.get("dropout_rate", 0.0))
    if "dropout_rate" not in case.model or not case.model.get("hidden_units", True) or now >= _STRONG_DROPOUT:
        return None
    value = min(_STRONG_DROPOUT, round(now + 0.2, 2))
    why = f"{case.gap('variance')} with a dropout rate of {now:g}"
    of_model = not case.regularization["dropout"] and case.model.get("dropout_rate")
    key = "model.dropout_rate" if of_model else "regularization.dropout"
    return Advice("more dropout", "fit-dev", why, {key: value})


def early_stopping(case: Case) -> Advice | None:
    """Stopping where the optimizing metric turned, which also keeps the next trials short."""
    epochs = case.optimized.epochs
    if case.regularization["early_stopping"] is not None or len(epochs) < 8 or case.best_epoch is None:
        return None
    behind = epochs[-1] - case.best_epoch
    if behind < max(4, len(epochs) // 4):
        return None
    why = (
        f"{case.optimized.metric} was best at epoch {case.best_epoch} and the {behind} epochs after it gained nothing; "
        "the best weights are kept either way, the time is not"
    )
    stopping = {"metric": case.optimized.metric, "patience": max(3, len(epochs) // 10)}
    return Advice("early stopping", "fit-dev", why, {"regularization.early_stopping": stopping})


def more_examples(case: Case) -> Advice | None:
    """More training data: the surest cure of variance, and the dearest."""
    size = f"2 to 4 times the {case.num_train:,} examples"
    why = f"{case.gap('variance')}, which shrinks between 1/√m and 1/m: half of it takes {size}"
    return Advice("more training data", "fit-dev", why, action="collect more training examples")


def error_analysis(case: Case) -> Advice | None:
    """A look at the mistakes themselves, as long as there are some."""
    dev = case.diagnosis.level("dev")
    if dev is None or dev.error.value == 0:
        return None
    measure = case.diagnosis.measure
    why = f"dev error {case.error('dev')}"
    if not case.is_regression:
        ceiling = measure.difference_text(dev.error.value / 10).lstrip("+")
        why += f": a kind of mistake that is a tenth of them can gain at most {ceiling}"
    action = "sort a hundred of the worst examples in predictions/dev.jsonl into kinds and count them"
    return Advice("error analysis", "fit-dev", why, action=action)


def closer_examples(case: Case) -> Advice | None:
    """Training examples that are like those of the dev set."""
    why = f"{case.gap('data_mismatch')}: the dev set is unlike what the model was trained on"
    return Advice(
        "closer training data",
        "fit-dev",
        why,
        action="look at dev mistakes for what training lacks; collect or synthesize such examples",
    )
