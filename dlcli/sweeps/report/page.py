"""Report of a sweep as Markdown, `report/report.md`."""

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
from dlcli.sweeps.report.wording import MetricText, shorten, value_text

#: Maximum numbers of rows of the tables of trials and of failures.
_TOP, _MAX_FAILURES = 20, 50
#: Maximum length of a name.
_MAX_LENGTH = 60


def sweep_page(
    outcome: SweepOutcome,
    ranked: Sequence[Point],
    confidence: Confidence,
    advice: Sequence[SweepAdvice],
    figures: Collection[str],
) -> str:
    """Return the page.

    Args:
        outcome: Outcome of the sweep.
        ranked: Configurations, the best first.
        confidence: Confidence in the best configuration.
        advice: Recommended steps.
        figures: Names of the figures, `report/<file>`.
    """
    evaluation, uncertainty = evaluation_sentence(outcome), confidence_sentences(outcome, confidence)
    sections = [
        f"# {outcome.name}",
        f"Sweep `{outcome.id}`. {facts_sentence(outcome)}",
        *(f"> **{markdown_text(warning)}**" for warning in constraint_sentences(outcome)),
        "## The best configuration",
        f"**{best_sentence(outcome)}**",
        _best_values(outcome),
        *(["### Confidence", *_list(uncertainty)] if uncertainty else []),
        *(["### On test", evaluation] if evaluation else []),
        "## What to do next",
        _advice(advice),
        *_trials(outcome, ranked, figures),
        *_failures(outcome),
        *_pruning(outcome),
        *_stages(outcome, figures),
        *_importances(outcome, figures),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _list(sentences: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {markdown_text(sentence)}" for sentence in sentences)] if sentences else []


def _figure(name: str, title: str, figures: Collection[str]) -> list[str]:
    return [f"![{title}]({name.rpartition('/')[2]})"] if name in figures else []


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


def _trials(outcome: SweepOutcome, ranked: Sequence[Point], figures: Collection[str]) -> Iterable[str]:
    """Yield the table of the best configurations and the figures of all."""
    listed = [point for point in ranked if point.value is not None]
    text = MetricText(outcome.objective.metric)
    if listed:
        names = [parameter.name for parameter in outcome.space.drawn]
        yield "## Trials"
        if len(listed) > _TOP:
            yield f"The best {_TOP} of {len(listed)} configurations that have a value; report.json has all."
        header = ["", "trial", text.name, "status", "epochs", "time", *map(markdown_code, names)]
        yield markdown_table(header, [_row(rank, point, names, text) for rank, point in enumerate(listed[:_TOP], 1)])
        if any(point.ending == "pruned" for point in listed[:_TOP]):
            yield "The value of a pruned trial is its best value before pruning."
    yield from _figure(files.PROGRESS, "Best value so far by trial", figures)
    yield from _figure(files.PARALLEL, "Parallel coordinates of all configurations", figures)
    yield from _figure(files.PARAMETERS, "Result by parameter", figures)


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
        *(markdown_text(value_text(one.values[name])) if name in one.values else formatting.MISSING for name in names),
    ]


def _size(text: MetricText, value: float | None) -> str:
    """Format a difference; a dash for None."""
    return formatting.MISSING if value is None else text.unit.size(value)


def _failures(outcome: SweepOutcome) -> Iterable[str]:
    failed = failures(outcome.trials)
    if not failed:
        return
    yield "## Trials without a value"
    rows = [
        [
            str(trial.number),
            trial.status,
            str(len(trial.history)),
            str(trial.attempts),
            markdown_text(trial.reason or "unknown"),
        ]
        for trial in failed[:_MAX_FAILURES]
    ]
    yield markdown_table(["trial", "status", "epochs", "attempts", "reason"], rows, numbers_from=5)
    if len(failed) > _MAX_FAILURES:
        yield f"The first {_MAX_FAILURES} of {len(failed)}; report.json has all."


def _pruning(outcome: SweepOutcome) -> Iterable[str]:
    sentence = savings_sentence(outcome)
    if sentence is not None:
        yield "## Pruning"
        yield sentence


def _stages(outcome: SweepOutcome, figures: Collection[str]) -> Iterable[str]:
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
        widths += [len(indices) / sizes.get(name, len(indices)) for name, indices in stage.region.choices.items()]
        narrowed = [width for width in widths if width < 1]
        rows.append(
            [
                str(stage.number + 1),
                str(len(stage.trials)),
                f"{len(narrowed)} of {len(outcome.space.drawn)}",
                text.unit.text(stage.best),
                "none" if stage.gain is not None and stage.gain <= 0 else _size(text, stage.gain),
                _size(text, stage.noise),
            ]
        )
    yield markdown_table(["stage", "trials", "parameters narrowed", f"best {text.name}", "gain", "noise"], rows)
    yield (
        "The gain is the improvement of the best configuration over the best of earlier stages, both averaged over all "
        "their seeds up to the end of the stage. The noise is the standard deviation of a configuration between seeds. "
        "A gain below the noise may be due to chance."
    )
    yield from _figure(files.ZOOM, "Region of each stage by parameter", figures)


def _importances(outcome: SweepOutcome, figures: Collection[str]) -> Iterable[str]:
    yield "## Importance of parameters"
    if not outcome.importances:
        yield (
            f"The importance of parameters is unknown after {formatting.count(len(outcome.trials), 'trial')}: "
            "too few configurations were trained to the end, or all their values are equal."
        )
        return
    yield from _figure(files.IMPORTANCE, "Share of the variance that each parameter explains", figures)
    rows = [
        [
            markdown_code(shorten(one.parameter, _MAX_LENGTH)),
            f"{formatting.percent(one.share)} %",
            formatting.percent_interval(one.low, one.high)
            + (", not distinguishable from noise" if one.is_noise else ""),
            tier_text(one.parameter),
        ]
        for one in outcome.importances
    ]
    yield markdown_table(["parameter", "explains", "95 % interval", "order of CS 230"], rows)
    order = "; ".join(f"{number}. {names}" for number, names in enumerate(TIERS, start=1))
    yield f"The order in which CS 230 recommends to tune hyperparameters: {order}."
    yield "\n".join(f"- {markdown_text(sentence)}" for sentence in order_sentences(outcome.importances))
    yield (
        "The measured order holds for this space only: a parameter with a narrow range, or with a range in which all "
        "values are good, appears unimportant; one whose range includes bad values appears decisive."
    )
