"""Selection of the two or three knobs to turn next, with the strongest evidence first."""

from __future__ import annotations

from collections.abc import Iterator

from dlcli.diagnosis.knobs import ALARMS, KNOBS, MEASUREMENTS, OUTLOOK, Advice, AdviceRule, Evidence

MAX_ADVICE = 3
#: Maximum number of knobs for one gap, which leaves room for a second gap or for measuring the human level.
_MAX_PER_GAP = 2


def advise(evidence: Evidence) -> tuple[Advice, ...]:
    """Return at most three pieces of advice, each for a different knob.

    Problems of the training come first. Then come the knobs for the high gaps, largest gap first. If no gap is
    conclusive, the advice is how to settle the largest gap, and its knobs. Last are the metric, the human-level error
    and the mistakes.
    """
    selected: dict[str, Advice] = {}
    for advice in _by_priority(evidence):
        selected.setdefault(advice.knob, advice)
        if len(selected) == MAX_ADVICE:
            break
    return tuple(selected.values())


def _by_priority(evidence: Evidence) -> Iterator[Advice]:
    yield from _apply(ALARMS, evidence)
    diagnosis = evidence.diagnosis
    high = sorted(
        (gap for gap in diagnosis.gaps if gap.verdict == "high"), key=lambda gap: gap.difference.value, reverse=True
    )
    for gap in high:
        limit = MAX_ADVICE if len(high) == 1 and not diagnosis.is_upper_bound(gap) else _MAX_PER_GAP
        yield from list(_apply(KNOBS[gap.name], evidence))[:limit]
    undecided = diagnosis.undecided
    if not high and diagnosis.unknown_bias is not None:
        yield from list(_apply(KNOBS[diagnosis.unknown_bias.name], evidence))[:_MAX_PER_GAP]
    elif not high and undecided is not None:
        if undecided.name != "dev_test_mismatch":  # more examples of two distributions would settle nothing
            yield from _apply(MEASUREMENTS, evidence)
        yield from list(_apply(KNOBS[undecided.name], evidence))[:_MAX_PER_GAP]
    yield from _apply(OUTLOOK, evidence)


def _apply(rules: tuple[AdviceRule, ...], evidence: Evidence) -> Iterator[Advice]:
    return (advice for rule in rules if (advice := rule(evidence)) is not None)
