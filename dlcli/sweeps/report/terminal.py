"""Summary of a sweep on the terminal, as rich renderables for a width of 80."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcli.core import formatting, printable
from dlcli.reports import WIDTH
from dlcli.search import SweepOutcome
from dlcli.sweeps.report.advice_rules import SweepAdvice, sweep_advice
from dlcli.sweeps.report.confidence import estimate_confidence
from dlcli.sweeps.report.order_of_importance import tier_text
from dlcli.sweeps.report.plot_points import Point, failures, points
from dlcli.sweeps.report.sentences import (
    best_sentence,
    confidence_sentences,
    constraint_sentences,
    evaluation_sentence,
    facts_sentence,
    savings_sentence,
)
from dlcli.sweeps.report.wording import MetricText, shorten, value_text

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.panel import Panel
    from rich.table import Table

#: Maximum numbers of rows and of parameters in the table of trials.
_TOP, _COLUMNS = 8, 4
#: Maximum lengths of a name and of a value.
_MAX_NAME, _MAX_VALUE = 40, 12
#: Maximum length of a bar.
_BAR = 10


def sweep_summary(outcome: SweepOutcome) -> Group:
    """Return the summary: best configuration, confidence, top trials, importance of parameters and advice."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    ranked, confidence = points(outcome), estimate_confidence(outcome)
    parts: list[RenderableType] = [Text(facts_sentence(outcome)), Text()]
    if outcome.objective.best(outcome.trials) is None:
        parts.append(Text(best_sentence(outcome), style="bold red"))
    else:
        parts += [Text(best_sentence(outcome), style="bold"), best_table(outcome)]
    sentences = [*confidence_sentences(outcome, confidence), evaluation_sentence(outcome), savings_sentence(outcome)]
    parts += [Text(printable(f"! {warning}"), style="bold red") for warning in constraint_sentences(outcome)]
    parts += [Padding(Text(printable(sentence)), (0, 0, 1, 0)) for sentence in sentences if sentence]
    if sum(point.value is not None for point in ranked) > 1:
        parts.append(trials_table(outcome, ranked))
    if outcome.importances:
        parts.append(importance_table(outcome))
    if failed := failures(outcome.trials):
        last = failed[-1]
        message = f"{formatting.count(len(failed), 'trial')} without a value; the last is trial {last.number} "
        message += f"({last.status}): {last.reason or 'unknown reason'}"
        parts.append(Padding(Text(printable(message), style="yellow"), (0, 0, 1, 0)))
    advice = sweep_advice(outcome, ranked, confidence)
    return Group(*parts, *([advice_panel(advice)] if advice else []))


def best_table(outcome: SweepOutcome) -> Table:
    """Return a table of the values of the best configuration."""
    from rich.text import Text

    table = _table(None, "parameter", "value")
    best = outcome.objective.best(outcome.trials)
    for name, value in best.values.items() if best is not None else ():
        table.add_row(Text(shorten(name, _MAX_NAME)), Text(shorten(value_text(value), _MAX_NAME), style="bold"))
    return table


def trials_table(outcome: SweepOutcome, ranked: Sequence[Point]) -> Table:
    """Return a table of the best configurations, with the most important parameters."""
    from rich.text import Text

    text = MetricText(outcome.objective.metric)
    important = [one.parameter for one in outcome.importances] or [one.name for one in outcome.space.drawn]
    names = important[:_COLUMNS]
    listed = [point for point in ranked if point.value is not None]
    shown = listed[:_TOP]
    title = f"The best {len(shown)} of {len(listed)} configurations with a value"
    table = _table(title, "trial", text.name, "status", *(shorten(_last(name), _MAX_VALUE) for name in names))
    for point in shown:
        values = point.configuration.values
        table.add_row(
            str(point.number),
            text.unit.text(point.value or 0.0),
            Text(shorten(point.status, 2 * _MAX_VALUE), style="" if point.status == "done" else "yellow"),
            *(
                Text(shorten(value_text(values[name]), _MAX_VALUE) if name in values else formatting.MISSING)
                for name in names
            ),
        )
    return table


def importance_table(outcome: SweepOutcome) -> Table:
    """Return a table of shares as bars, with their intervals and the order of CS 230."""
    from rich.text import Text

    table = _table("Importance of parameters", "parameter", "explains", "95 % interval", "", "CS 230")
    longest = max(one.share for one in outcome.importances) or 1.0
    for one in outcome.importances:
        table.add_row(
            Text(shorten(one.parameter, 26)),
            f"{formatting.percent(one.share)} %",
            f"{formatting.percent_interval(one.low, one.high)}{' (noise?)' if one.is_noise else ''}",
            Text("█" * round(_BAR * one.share / longest) or "▏", style="blue"),
            tier_text(one.parameter),
        )
    if any(one.is_noise for one in outcome.importances):
        table.caption = "noise?: not distinguishable from noise at 95 %, for all parameters together"
        table.caption_justify = "left"
    return table


def advice_panel(advice: Sequence[SweepAdvice]) -> Panel:
    """Return a panel of the recommended steps, each with its reason and its line or command."""
    from rich.box import ROUNDED
    from rich.panel import Panel
    from rich.text import Text

    text = Text()
    for number, piece in enumerate(advice, start=1):
        text.append(f"{number}. {printable(piece.action)}\n", style="bold")
        text.append(f"{printable(piece.why)}\n")
        if piece.line:
            text.append(f"{printable(piece.line)}\n", style="green")
        text.append("\n" if number < len(advice) else "")
    text.rstrip()
    return Panel(text, title="what to do next", title_align="left", box=ROUNDED, width=WIDTH)


def _table(title: str | None, *headings: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for number, heading in enumerate(headings):
        is_number = number and heading in ("explains", "95 % interval")
        table.add_column(heading, justify="right" if is_number else "left", overflow="ellipsis", no_wrap=True)
    return table


def _last(name: str) -> str:
    return name.rpartition(".")[2]
