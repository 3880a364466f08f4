"""Sentences of a diagnosis, shared by the report, the terminal and the advice."""

from __future__ import annotations

from dlcli.core import formatting
from dlcli.diagnosis.baseline import Baseline
from dlcli.diagnosis.bias_variance import Diagnosis, Gap
from dlcli.diagnosis.confusion import Confusion
from dlcli.tasks import ErrorMeasure

#: Gaps that are named after a mismatch.
_MISMATCHES = {"data_mismatch", "dev_test_mismatch"}
#: Explanation of the intervals and their limits.
METHOD = (
    "Every interval is for fixed trained weights: it covers the variation of the error over other examples of the same "
    "kind, but not the variation of the weights over training sets and seeds. Training error is measured in evaluation "
    "mode on the examples the weights were fitted to, and dev error on the examples that selected the best epoch, so "
    "both are optimistic. Examples that were sampled together, such as the words of a sentence or the examples of a "
    "group, count as one unit. Splits are treated as independent samples; if they share examples, later levels look "
    "better than they are. Human-level error is treated as exact."
)


def level_title(diagnosis: Diagnosis, name: str) -> str:
    """Return the title of a level; that of the human level says whether it is assumed."""
    if name != "human":
        return name.replace("_", "-")
    return "human level" if diagnosis.human_error_known else "assumed optimum"


def gap_sentence(diagnosis: Diagnosis, gap: Gap) -> str:
    """Describe a gap: `dev error 6.1 % is 4.0 points above train (95 % interval +2.2 … +6.3)`."""
    measure, difference = diagnosis.measure, gap.difference
    later = diagnosis.level(gap.later)
    assert later is not None, "a gap ends at a level of the diagnosis"
    side = "above" if difference.value >= 0 else "below"
    earlier = level_title(diagnosis, gap.earlier) if gap.earlier != "human" else _optimum(diagnosis)
    return (
        f"{level_title(diagnosis, gap.later)} error {measure.unit.text(later.error.value)} is "
        f"{measure.unit.size(difference.value)} {side} {earlier} "
        f"({formatting.number(100 * difference.level)} % interval "
        f"{measure.unit.difference_interval(difference.low, difference.high)})"
    )


def _optimum(diagnosis: Diagnosis) -> str:
    return "human level" if diagnosis.human_error_known else "an assumed optimum of 0"


def gap_phrase(diagnosis: Diagnosis, gap: Gap) -> str:
    """Describe a gap in a phrase: `variance of +4.0 points (+2.2 … +6.3)`."""
    measure, difference = diagnosis.measure, gap.difference
    if gap.verdict == "unknown":
        return f"a training error of {measure.unit.text(difference.value)}, of which an unknown share is avoidable"
    interval = measure.unit.difference_interval(difference.low, difference.high)
    return f"{gap.title} of {measure.unit.difference(difference.value)} ({interval})"


def verdict_sentence(diagnosis: Diagnosis) -> str:
    """Describe the largest conclusive gap; if no gap is conclusive, the number of examples that would settle one.

    What shows that the two levels of this gap have different distributions is part of the sentence.
    """
    subject = _subject(diagnosis)
    mismatch = "" if subject is None else mismatch_sentence(subject)
    return f"{_verdict(diagnosis)} {mismatch}".rstrip()


def mismatch_remarks(diagnosis: Diagnosis) -> list[str]:
    """Describe the mismatch of every gap that the verdict is not about, unless there is no gap to explain."""
    subject = _subject(diagnosis)
    return [
        sentence
        for gap in diagnosis.gaps
        if gap is not subject and (gap.mismatch.shift or gap.difference.value > 0)
        if (sentence := mismatch_sentence(gap))
    ]


def mismatch_sentence(gap: Gap) -> str:
    """Describe what shows that the levels of a gap have different distributions; empty if nothing does."""
    mismatch, sentences = gap.mismatch, []
    both = f"{gap.earlier.replace('_', '-')} and {gap.later.replace('_', '-')}"
    if mismatch.shift:
        sentences.append(f"The targets of {both} differ: {mismatch.shift}.")
    if mismatch.origin is not None:
        sentences.append(f"{both.capitalize()} {mismatch.origin}.")
    if sentences and gap.name not in _MISMATCHES:
        sentences.append(f"So part or all of the {gap.title} may be a mismatch.")
    return " ".join(sentences)


def _subject(diagnosis: Diagnosis) -> Gap | None:
    """Return the gap that the verdict is about."""
    if diagnosis.largest is not None or diagnosis.unknown_bias is not None:
        return diagnosis.largest
    return diagnosis.undecided


def _verdict(diagnosis: Diagnosis) -> str:
    largest, undecided = diagnosis.largest, diagnosis.undecided
    if largest is None and diagnosis.unknown_bias is not None:
        train = diagnosis.measure.unit.text(diagnosis.unknown_bias.difference.value)
        return (
            f"The errors on training text and unseen text differ little. The avoidable part of the training error of "
            f"{train} is unknown, because the entropy of the text is unknown; train a larger model for longer to "
            "estimate it."
        )
    if largest is None and undecided is None:
        return "Inconclusive: no gap is above zero on these examples."
    if largest is None and undecided is not None:
        settle = needed_sentence(undecided)
        return (
            f"Inconclusive: the largest gap, {undecided.title}, is not significantly above zero: "
            f"{gap_sentence(diagnosis, undecided)}. {settle}"
        ).rstrip()
    assert largest is not None
    sentence = f"The largest gap is the {largest.title}: {gap_sentence(diagnosis, largest)}."
    if diagnosis.is_upper_bound(largest):
        sentence += " Human-level error is not given, so this is an upper bound of the avoidable error."
    if undecided is not None and undecided.difference.value > largest.difference.value:
        sentence += f" The {undecided.title} looks larger, but its interval covers zero. {needed_sentence(undecided)}"
    return sentence.rstrip()


def needed_sentence(gap: Gap) -> str:
    """Describe how many more examples would settle an undecided gap; empty if it is settled or cannot be settled."""
    if not gap.needed:
        return ""
    sizes = " and ".join(
        f"{need.need:,} {need.split.replace('_', '-')} {need.unit} ({need.more:,} more)" for need in gap.needed
    )
    return f"About {sizes} would settle it if the observed difference is the true one."


def baseline_sentence(measure: ErrorMeasure, baseline: Baseline) -> str:
    """Compare the model with the constant that fits the training set best."""
    split = baseline.split.replace("_", "-")
    model, rule = (measure.unit.text(error) for error in (baseline.model_error, baseline.error))
    errors = f"{split} error {model}, {baseline.rule} has {rule}"
    if baseline.is_beaten:
        return f"The model is better than no model: {errors}."
    verdict = "worse than" if baseline.difference.low > 0 else "not shown to be better than"
    return f"The model is {verdict} no model: {errors}."


def confusion_sentence(confusion: Confusion, limit: int = 3) -> str:
    """Describe the most confused pairs of classes; empty without mistakes."""
    pairs = ", ".join(
        f"{pair.target} predicted as {pair.predicted} ({pair.count} of {pair.num_examples})"
        for pair in confusion.most_confused(limit)
    )
    return f"Most confused in {confusion.split.replace('_', '-')}: {pairs}." if pairs else ""
