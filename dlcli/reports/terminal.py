"""The report for the terminal: rich renderables of width 80, readable on dark and light backgrounds.

Verdicts differ in words and marks, not only in color.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcli.core import formatting, printable
from dlcli.diagnosis import (
    Advice,
    Assessment,
    Diagnosis,
    Gap,
    baseline_sentence,
    confusion_sentence,
    level_title,
    mismatch_remarks,
    verdict_sentence,
)

if TYPE_CHECKING:
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

WIDTH = 80
_VERDICT_STYLES = {"high": "bold red", "small": "green", "inconclusive": "yellow", "unknown": "dim"}
_VERDICT_MARKS = {"high": "▲", "small": "✓", "inconclusive": "?", "unknown": "·"}


def report(assessment: Assessment) -> Group:
    """Build the report: error decomposition, verdict, warnings, most confused classes, and what to try next."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    sentences = [Text(printable(verdict_sentence(assessment.diagnosis)), style="bold")]
    sentences.extend(Text(printable(remark)) for remark in mismatch_remarks(assessment.diagnosis))
    if assessment.confusion is not None and (confused := confusion_sentence(assessment.confusion)):
        sentences.append(Text(printable(confused)))
    if assessment.baseline.is_beaten:
        sentences.append(Text(printable(baseline_sentence(assessment.diagnosis.measure, assessment.baseline))))
    sentences.extend(Text(printable(f"! {warning}"), style="bold red") for warning in assessment.warnings)
    return Group(
        decomposition_table(assessment.diagnosis, assessment.head),
        *(Padding(sentence, (0, 0, 1, 0)) for sentence in sentences),
        advice_panel(assessment.advice),
    )


def decomposition_table(diagnosis: Diagnosis, head: str = "") -> Table:
    """Build a table of levels and gaps; each gap is between the levels it separates.

    Args:
        diagnosis: Error decomposition.
        head: Head of a multi-task model that it is about; empty for a model with one head.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    measure = diagnosis.measure
    table = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False, title_justify="left", title_style="bold")
    subject = f"the error of {printable(head)}" if head else "the error"
    table.title = f"Where {subject} comes from ({measure.label})"
    confidence = diagnosis.levels[0].error.level
    table.add_column("level / gap")
    table.add_column("error", justify="right", overflow="fold")
    table.add_column(f"{formatting.number(100 * confidence)} % interval", justify="right", overflow="fold")
    table.add_column("examples", justify="right", overflow="fold")
    table.add_column("verdict", overflow="fold")
    gaps = {gap.later: gap for gap in diagnosis.gaps}
    for level in diagnosis.levels:
        if (gap := gaps.get(level.name)) is not None:
            difference = gap.difference
            table.add_row(
                Text(f"  {gap.title}", style="italic"),
                Text(measure.unit.difference(difference.value)),
                Text(measure.unit.difference_interval(difference.low, difference.high)),
                "",
                verdict_text(diagnosis, gap),
            )
        is_point = level.num_examples is None
        interval = "" if is_point else measure.unit.interval(level.error.low, level.error.high)
        table.add_row(
            Text(level_title(diagnosis, level.name), style="bold"),
            Text(measure.unit.text(level.error.value), style="bold"),
            interval,
            "" if is_point else f"{level.num_examples:,}",
            "",
        )
    return table


def verdict_text(diagnosis: Diagnosis, gap: Gap) -> Text:
    """Format the verdict of a gap with its mark."""
    from rich.text import Text

    bound = " (at most)" if diagnosis.is_upper_bound(gap) else ""
    return Text(f"{_VERDICT_MARKS[gap.verdict]} {gap.verdict}{bound}", style=_VERDICT_STYLES[gap.verdict])


def advice_panel(advice: Sequence[Advice]) -> Panel:
    """Build a panel of advice: each knob with its class, its reason, and the options to append to the command."""
    from rich.box import ROUNDED
    from rich.panel import Panel
    from rich.text import Text

    text = Text()
    for number, piece in enumerate(advice, start=1):
        text.append(f"{number}. {piece.knob}", style="bold")
        text.append(f" · {piece.knob_class}\n", style="cyan")
        text.append(f"{printable(piece.why)}\n")
        text.append(f"{printable(piece.set_line or piece.action)}\n", style="green" if piece.set_line else "italic")
        text.append("\n" if number < len(advice) else "")
    text.rstrip()
    hint = "append the --set options to dlcli train CONFIG" if any(piece.set_line for piece in advice) else None
    return Panel(
        text,
        title="what to try next",
        title_align="left",
        subtitle=hint,
        subtitle_align="left",
        box=ROUNDED,
        width=WIDTH,
    )
