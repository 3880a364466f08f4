"""A sweep on the terminal: rich renderables for a width of 80."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcli.core import formatting, printable
from dlcli.reports import WIDTH
from dlcli.search import SweepOutcome
from dlcli.sweeps.report.advice_rules import SweepAdvice, sweep_advice
from dlcli.sweeps.report.confidence import confidence
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
from dlcli.sweeps.report.wording import MetricText, shortened, value_text

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.panel import Panel
    from rich.table import Table

#: rows of the table of trials, and how many parameters are shown in it
_TOP, _COLUMNS = 8, 4
#: letters of a name or a value
_LONGEST, _LONGEST_VALUE = 40, 12
_BAR = 10


def sweep_summary(outcome: SweepOutcome) -> Group:
    """The whole summary: the best configuration and how sure it is, the top trials, what mattered, what to do next."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    ranked, sure = points(outcome), confidence(outcome)
    parts: list[RenderableType] = [Text(facts_sentence(outcome)), Text()]
    if outcome.objective.best(outcome.trials) is None:
        parts.append(Text(best_sentence(outcome), style="bold red"))
    else:
        parts += [Text(best_sentence(outcome), style="bold"), best_table(outcome)]
    sentences = [*confidence_sentences(outcome, sure), evaluation_sentence(outcome), savings_sentence(outcome)]
    parts += [Text(printable(f"! {warning}"), style="bold red") for warning in constraint_sentences(outcome)]
    parts += [Padding(Text(printable(sentence)), (0, 0, 1, 0)) for sentence in sentences if sentence]
    if sum(point.value is not None for point in ranked) > 1:
        parts.append(trials_table(outcome, ranked))
    if outcome.importances:
        parts.append(importance_table(outcome))
    if lost := failures(outcome.trials):
        last = lost[-1]
        words = f"{formatting.count(len(lost), 'trial')} without a value, "
        words += f"the last of them trial {last.number} ({last.status}): "
        parts.append(
            Padding(Text(printable(f"{words}{last.reason or 'no reason known'}"), style="yellow"), (0, 0, 1, 0))
        )
    advice = sweep_advice(outcome, ranked, sure)
    return Group(*parts, *([advice_panel(advice)] if advice else []))


def best_table(outcome: SweepOutcome) -> Table:
    """The values of the best configuration."""
    from rich.text import Text

    table = _table(None, "parameter", "value")
    best = outcome.objective.best(outcome.trials)
    for name, value in best.values.items() if best is not None else ():
        table.add_row(Text(shortened(name, _LONGEST)), Text(shortened(value_text(value), _LONGEST), style="bold"))
    return table


def trials_table(outcome: SweepOutcome, ranked: Sequence[Point]) -> Table:
    """The best configurations, with the parameters that matter most."""
    from rich.text import Text

    text = MetricText(outcome.objective.metric)
    important = [one.parameter for one in outcome.importances] or [one.name for one in outcome.space.drawn]
    names = important[:_COLUMNS]
    listed = [point for point in ranked if point.value is not None]
    shown = listed[:_TOP]
    title = f"The best {len(shown)} of {len(listed)} configurations with a value"
    table = _table(title, "trial", text.name, "status", *(shortened(_last(name), _LONGEST_VALUE) for name in names))
    for point in shown:
        values = point.configuration.values
        table.add_row(
            str(point.number),
            text.unit.text(point.value or 0.0),
            Text(shortened(point.status, 2 * _LONGEST_VALUE), style="" if point.status == "done" else "yellow"),
            *(Text(shortened(value_text(values[name]), _LONGEST_VALUE) if name in values else "–") for name in names),
        )
    return table


def importance_table(outcome: SweepOutcome) -> Table:
    """Shares as bars, with their intervals and the place in the notes' order."""
    from rich.text import Text

    table = _table("What mattered in this space", "parameter", "explains", "95 % interval", "", "notes’ order")
    longest = max(one.share for one in outcome.importances) or 1.0
    for one in outcome.importances:
        table.add_row(
            Text(shortened(one.parameter, 26)),
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
    """What to do next: each step, why, and the line or the command."""
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
