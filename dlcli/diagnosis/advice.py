"""Which two or three knobs to turn next, in the order in which the evidence speaks for them."""

from __future__ import annotations

from collections.abc import Iterator

from dlcli.diagnosis.knobs import ALARMS, KNOBS, MEASUREMENTS, OUTLOOK, Advice, AdviceRule, Evidence

MOST = 3
#: knobs for one gap, so that a second gap is heard too, or that human level is to be measured
_MOST_PER_GAP = 2


def advise(evidence: Evidence) -> tuple[Advice, ...]:
    """At most three pieces of advice, each for another knob.

    What goes wrong in training comes first. Then the knobs for the high gaps, the largest gap first; where no gap is
    conclusive, what would settle the largest one, and its knobs. Then the metric, human-level error and the mistakes.
    """
    chosen: dict[str, Advice] = {}
    for advice in _in_order(evidence):
        chosen.setdefault(advice.knob, advice)
        if len(chosen) == MOST:
            break
    return tuple(chosen.values())


def _in_order(evidence: Evidence) -> Iterator[Advice]:
    yield from _ask(ALARMS, evidence)
    diagnosis = evidence.diagnosis
    high = sorted(
        (gap for gap in diagnosis.gaps if gap.verdict == "high"), key=lambda gap: gap.difference.value, reverse=True
    )
    for gap in high:
        limit = MOST if len(high) == 1 and not diagnosis.is_upper_bound(gap) else _MOST_PER_GAP
        yield from list(_ask(KNOBS[gap.name], evidence))[:limit]
    undecided = diagnosis.undecided
    if not high and diagnosis.unknown_bias is not None:
        yield from list(_ask(KNOBS[diagnosis.unknown_bias.name], evidence))[:_MOST_PER_GAP]
    elif not high and undecided is not None:
        yield from _ask(MEASUREMENTS, evidence)
        yield from list(_ask(KNOBS[undecided.name], evidence))[:_MOST_PER_GAP]
    yield from _ask(OUTLOOK, evidence)


def _ask(advisers: tuple[AdviceRule, ...], evidence: Evidence) -> Iterator[Advice]:
    return (advice for adviser in advisers if (advice := adviser(evidence)) is not None)
