"""The sentences in which a diagnosis is told, the same in the report, on the terminal and in advice."""

from __future__ import annotations

from dlcli.diagnosis.baseline import Baseline
from dlcli.diagnosis.bias_variance import Diagnosis, Gap
from dlcli.diagnosis.confusion import Confusion
from dlcli.diagnosis.measure import Measure

#: what the intervals are, and what they leave out
METHOD = (
    "Every interval takes the trained weights as given and says how much the error may move on other examples of the "
    "same kind; it leaves out how much another training set or seed would change the weights. Training error is "
    "measured in evaluation mode on the very examples the weights were fitted to, and dev error on the examples the "
    "best epoch was chosen on, so both are optimistic. Examples that were sampled together, such as the words of a "
    "sentence or the examples of a group, count as one unit. Splits count as independent samples; where they share "
    "examples, later levels look better than they are. Human-level error counts as exact."
)


def level_title(diagnosis: Diagnosis, name: str) -> str:
    """A level's name for people; the human level says when it is only assumed."""
    if name != "human":
        return name.replace("_", "-")
    return "human level" if diagnosis.human_error_known else "assumed optimum"


def gap_sentence(diagnosis: Diagnosis, gap: Gap) -> str:
    """`dev error 6.1 % is 4.0 points above train (95 % interval +2.2 … +6.3)`."""
    measure, difference = diagnosis.measure, gap.difference
    later = diagnosis.level(gap.later)
    assert later is not None, "a gap ends at a level of the chain"
    side = "above" if difference.value >= 0 else "below"
    earlier = level_title(diagnosis, gap.earlier) if gap.earlier != "human" else _optimum(diagnosis)
    return (
        f"{level_title(diagnosis, gap.later)} error {measure.unit.text(later.error.value)} is "
        f"{measure.unit.size(difference.value)} {side} {earlier} "
        f"({100 * difference.level:g} % interval {measure.unit.difference_interval(difference.low, difference.high)})"
    )


def _optimum(diagnosis: Diagnosis) -> str:
    return "human level" if diagnosis.human_error_known else "an assumed optimum of 0"


def gap_phrase(diagnosis: Diagnosis, gap: Gap) -> str:
    """`variance of +4.0 points (+2.2 … +6.3)`."""
    measure, difference = diagnosis.measure, gap.difference
    if gap.verdict == "unknown":
        return f"a training error of {measure.unit.text(difference.value)}, with an unknown share that can be avoided"
    interval = measure.unit.difference_interval(difference.low, difference.high)
    return f"{gap.title} of {measure.unit.difference(difference.value)} ({interval})"


def verdict_sentence(diagnosis: Diagnosis) -> str:
    """Which gap is the largest and conclusive, or that none is and what would settle it."""
    largest, undecided = diagnosis.largest, diagnosis.undecided
    if largest is None and diagnosis.unknown_bias is not None:
        train = diagnosis.measure.unit.text(diagnosis.unknown_bias.difference.value)
        return (
            f"Training and unseen text differ little. How much of the training error of {train} can be avoided is not "
            "known, since nobody knows the entropy of the text; a larger model, trained longer, shows it."
        )
    if largest is None and undecided is None:
        return "Inconclusive: no gap of the chain is above zero, there is nothing to tell apart on these examples."
    if largest is None and undecided is not None:
        settle = needed_sentence(undecided)
        return (
            f"Inconclusive: the largest gap, {undecided.title}, cannot be told from zero: "
            f"{gap_sentence(diagnosis, undecided)}. {settle}"
        ).rstrip()
    assert largest is not None
    sentence = f"The largest gap is the {largest.title}: {gap_sentence(diagnosis, largest)}."
    if diagnosis.is_upper_bound(largest):
        sentence += " Human-level error is not given, so this is the most that can be avoided."
    if undecided is not None and undecided.difference.value > largest.difference.value:
        sentence += f" The {undecided.title} looks larger, but its interval covers zero. {needed_sentence(undecided)}"
    return sentence.rstrip()


def needed_sentence(gap: Gap) -> str:
    """How many more examples would settle an undecided gap; empty when it is settled or none would."""
    if not gap.needed:
        return ""
    sizes = " and ".join(
        f"{need.need:,} {need.split.replace('_', '-')} {need.unit} ({need.more:,} more)" for need in gap.needed
    )
    return f"About {sizes} would settle it, if the difference is what it looks like."


def baseline_sentence(measure: Measure, baseline: Baseline) -> str:
    """The model beside the constant that fits the training set best, and whether it is better."""
    split = baseline.split.replace("_", "-")
    model, rule = (measure.unit.text(error) for error in (baseline.model_error, baseline.error))
    beside = f"{split} error {model}, {baseline.rule} has {rule}"
    if baseline.is_beaten:
        return f"The model is better than no model: {beside}."
    verdict = "worse than" if baseline.difference.low > 0 else "not shown to be better than"
    return f"The model is {verdict} no model: {beside}."


def confusion_sentence(confusion: Confusion, limit: int = 3) -> str:
    """The pairs of classes that are taken for each other most; empty without mistakes."""
    pairs = ", ".join(
        f"{pair.target} taken for {pair.predicted} ({pair.count} of {pair.num_examples})"
        for pair in confusion.most_confused(limit)
    )
    return f"Most confused in {confusion.split.replace('_', '-')}: {pairs}." if pairs else ""
