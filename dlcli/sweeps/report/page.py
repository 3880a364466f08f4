"""The report of a sweep as a page: `report/report.md`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from statistics import stdev

from dlcli.core import formatting
from dlcli.reports import markdown_code, markdown_table, markdown_text
from dlcli.search import SweepOutcome
from dlcli.sweeps.report import report_files as files
from dlcli.sweeps.report.advice_rules import SweepAdvice
from dlcli.sweeps.report.confidence import Confidence
from dlcli.sweeps.report.order_of_importance import TIERS, order_sentences, tier_text
from dlcli.sweeps.report.plot_points import Point, failures
from dlcli.sweeps.report.sentences import (
    best_sentence,
    confidence_sentences,
    constraint_sentences,
    evaluation_sentence,
    facts_sentence,
    savings_sentence,
)
from dlcli.sweeps.report.wording import MetricText, shortened, value_text

#: rows of the tables at most
_TOP, _MOST_FAILURES = 20, 50
_LONGEST = 60


def sweep_page(
    outcome: SweepOutcome,
    ranked: Sequence[Point],
    sure: Confidence,
    advice: Sequence[SweepAdvice],
    pictures: Collection[str],
) -> str:
    """The page.

    Args:
        outcome: the sweep.
        ranked: its configurations, the best first.
        sure: what repeated seeds tell.
        advice: what to do next.
        pictures: names of those that were drawn, `report/<file>`.
    """
    evaluation, sure_of = evaluation_sentence(outcome), confidence_sentences(outcome, sure)
    sections = [
        f"# {outcome.name}",
        f"Sweep `{outcome.id}`. {facts_sentence(outcome)}",
        *(f"> **{markdown_text(warning)}**" for warning in constraint_sentences(outcome)),
        "## The best configuration",
        f"**{best_sentence(outcome)}**",
        _best_values(outcome),
        *(["### How sure it is", *_paragraph(sure_of)] if sure_of else []),
        *(["### On test", evaluation] if evaluation else []),
        "## What to do next",
        _advice(advice),
        *_trials(outcome, ranked, pictures),
        *_failures(outcome),
        *_time(outcome),
        *_stages(outcome, pictures),
        *_importances(outcome, pictures),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _paragraph(sentences: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {markdown_text(sentence)}" for sentence in sentences)] if sentences else []


def _figure(name: str, what: str, pictures: Collection[str]) -> list[str]:
    return [f"![{what}]({name.rpartition('/')[2]})"] if name in pictures else []


def _best_values(outcome: SweepOutcome) -> str:
    best = outcome.objective.best(outcome.trials)
    if best is None:
        return ""
    rows = [[markdown_code(name), markdown_code(value_text(value))] for name, value in best.values.items()]
    table = markdown_table(["parameter", "value"], rows, numbers_from=2)
    if outcome.config is None:
        return table
    return f"{table}\n\nAs a complete config: [{files.BEST_CONFIG}](../{files.BEST_CONFIG})."


def _advice(advice: Sequence[SweepAdvice]) -> str:
    if not advice:
        return "Nothing stands out."
    lines = []
    for number, piece in enumerate(advice, start=1):
        line = f" {markdown_code(piece.line)}" if piece.line else ""
        lines.append(f"{number}. **{markdown_text(piece.action)}.** {_sentence(markdown_text(piece.why))}{line}")
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _trials(outcome: SweepOutcome, ranked: Sequence[Point], pictures: Collection[str]) -> Iterable[str]:
    """The best configurations, and the pictures of all."""
    listed = [point for point in ranked if point.value is not None]
    text = MetricText(outcome.objective.metric)
    if listed:
        names = [parameter.name for parameter in outcome.space.drawn]
        yield "## Trials"
        if len(listed) > _TOP:
            yield f"The best {_TOP} of {len(listed)} configurations that have a value; report.json has all."
        header = ["", "trial", text.name, "status", "epochs", "time", *map(markdown_code, names)]
        yield markdown_table(header, [_row(rank, point, names, text) for rank, point in enumerate(listed[:_TOP], 1)])
        if any(point.fate == "pruned" for point in listed[:_TOP]):
            yield "What a pruned trial is worth is its best value up to where it was ended."
    yield from _figure(files.PROGRESS, "The best value so far, trial by trial", pictures)
    yield from _figure(files.PARALLEL, "Every configuration as a line through its values", pictures)
    yield from _figure(files.PARAMETERS, "The result against each parameter", pictures)


def _row(rank: int, point: Point, names: Sequence[str], text: MetricText) -> list[str]:
    one = point.configuration
    trials = [trial for trial in one.trials if trial.has_ended]
    value = "" if point.value is None else text.unit.text(point.value)
    if len(one.measured) > 1:
        value += f" ± {text.unit.size(stdev(one.measured))}"
    return [
        str(rank),
        ", ".join(str(trial.number) for trial in trials),
        value,
        point.status,
        ", ".join(str(len(trial.history)) for trial in trials),
        formatting.duration(sum(trial.seconds for trial in trials)),
        *(markdown_text(value_text(one.values[name])) if name in one.values else "–" for name in names),
    ]


def _failures(outcome: SweepOutcome) -> Iterable[str]:
    lost = failures(outcome.trials)
    if not lost:
        return
    yield "## Trials without a value"
    rows = [
        [
            str(trial.number),
            trial.status,
            str(len(trial.history)),
            str(trial.attempts),
            markdown_text(trial.reason or "not known"),
        ]
        for trial in lost[:_MOST_FAILURES]
    ]
    yield markdown_table(["trial", "status", "epochs", "attempts", "reason"], rows, numbers_from=5)
    if len(lost) > _MOST_FAILURES:
        yield f"The first {_MOST_FAILURES} of {len(lost)}; report.json has all."


def _time(outcome: SweepOutcome) -> Iterable[str]:
    saved = savings_sentence(outcome)
    if saved is not None:
        yield "## What pruning saved"
        yield saved


def _stages(outcome: SweepOutcome, pictures: Collection[str]) -> Iterable[str]:
    if not outcome.stages:
        return
    text = MetricText(outcome.objective.metric)
    yield "## From coarse to fine"
    rows = []
    for stage in outcome.stages:
        widths = [high - low for low, high in stage.region.ranges.values()]
        sizes = {
            parameter.name: parameter.distribution.cells or 1
            for parameter in outcome.space.drawn
            if parameter.distribution
        }
        widths += [len(left) / sizes.get(name, len(left)) for name, left in stage.region.choices.items()]
        narrowed = [width for width in widths if width < 1]
        rows.append(
            [
                str(stage.number + 1),
                str(len(stage.trials)),
                f"{len(narrowed)} of {len(outcome.space.drawn)}",
                *("–" if value is None else text.unit.text(value) for value in (stage.best,)),
                *("–" if value is None else text.unit.size(value) if value > 0 else "none" for value in (stage.gain,)),
                *("–" if value is None else text.unit.size(value) for value in (stage.noise,)),
            ]
        )
    yield markdown_table(["stage", "trials", "parameters narrowed", f"best {text.name}", "gain", "noise"], rows)
    yield (
        "The gain is how much better the best configuration is than the best of the stages before, both with all the "
        "seeds they had by the end of the stage; the noise is the standard deviation of one configuration from seed to "
        "seed. A gain below the noise may be luck."
    )
    yield from _figure(files.ZOOM, "The region that each stage searched, parameter by parameter", pictures)


def _importances(outcome: SweepOutcome, pictures: Collection[str]) -> Iterable[str]:
    yield "## What mattered"
    if not outcome.importances:
        yield (
            f"With {formatting.count(len(outcome.trials), 'trial')} it cannot be told which parameter mattered: "
            "too few configurations were trained to their end, or their values are all the same."
        )
        return
    yield from _figure(files.IMPORTANCE, "How much of the variance each parameter explains", pictures)
    rows = [
        [
            markdown_code(shortened(one.parameter, _LONGEST)),
            f"{formatting.percent(one.share)} %",
            formatting.percent_interval(one.low, one.high)
            + (", not distinguishable from noise" if one.is_noise else ""),
            tier_text(one.parameter),
        ]
        for one in outcome.importances
    ]
    yield markdown_table(["parameter", "explains", "95 % interval", "in the notes’ order"], rows)
    order = "; ".join(f"{number}. {names}" for number, names in enumerate(TIERS, start=1))
    yield f"The order in which the course's notes tune hyperparameters: {order}."
    yield "\n".join(f"- {markdown_text(sentence)}" for sentence in order_sentences(outcome.importances))
    yield (
        "The measured order holds for this space only: a parameter whose range is narrow, or lies where all values are "
        "good, looks unimportant, and one whose range reaches into bad values looks decisive."
    )
