"""The report as a short Markdown page: `report/report.md`."""

from __future__ import annotations

from collections.abc import Sequence

from dlcli.core import SPLITS, formatting, printable
from dlcli.diagnosis import (
    METHOD,
    Advice,
    Assessment,
    Confusion,
    Diagnosis,
    HeadAssessments,
    Level,
    LossTrend,
    TrainingResult,
    baseline_sentence,
    confusion_sentence,
    level_title,
    mismatch_remarks,
    verdict_sentence,
)
from dlcli.metrics import format_metric
from dlcli.optim import NEAR_ZERO
from dlcli.reports.tables import markdown_table, markdown_text
from dlcli.runs import metric_title

_MAX_CLASSES = 12


def report_markdown(
    result: TrainingResult,
    assessment: Assessment,
    *,
    learning_curve: str | None,
    confusion_figure: str | None = None,
    mistakes_figure: str | None = None,
    ranking_figure: str | None = None,
    regression_figure: str | None = None,
    heads: HeadAssessments | None = None,
) -> str:
    """Write the page.

    Args:
        result: Results of the run.
        assessment: Assessment of the run.
        learning_curve: File name of the learning curve, in the folder of the page; None for no figure.
        confusion_figure: File name of the confusion matrix; None for no figure.
        mistakes_figure: File name of the worst mistakes; None for no figure.
        ranking_figure: File name of the ROC and precision-recall curves; None for no figure.
        regression_figure: File name of predicted and true values; None for no figure.
        heads: Assessments of the heads of a multi-task model; None for other models.
    """
    sections = [
        f"# {result.name}",
        _facts(result),
        *(f"> **The data:** {markdown_text(remark)}" for remark in result.remarks),
        *(f"> **{markdown_text(warning)}**" for warning in assessment.warnings),
        f"## Where the error{f' of {markdown_text(assessment.head)}' if assessment.head else ''} comes from",
        f"**{markdown_text(verdict_sentence(assessment.diagnosis))}**",
        _decomposition(assessment.diagnosis),
        f"{METHOD} Intervals: {_methods(assessment.diagnosis)}.",
        "## What to try next",
        *(_advice(number, piece) for number, piece in enumerate(assessment.advice, start=1)),
        "## Results",
        _metrics(result),
        _baseline(result, assessment),
        _sparsity(result),
    ]
    if learning_curve is not None:
        sections += ["## Learning curve", f"![Loss and error of train and dev by epoch]({learning_curve})"]
    trend = assessment.loss.trend
    ending = (
        "The training loss has too few epochs for a trend."
        if trend is LossTrend.UNKNOWN
        else f"The training loss is {trend} at the end."
    )
    sections.append(
        f"{ending} By epoch, the train metrics are measured during training, each example with the weights of its "
        "step and with dropout; the dev metrics are measured in evaluation mode."
    )
    if assessment.confusion is not None:
        sections += [f"## Mistakes in {assessment.confusion.split}", *_mistakes(assessment.confusion)]
        if confusion_figure is not None:
            sections.append(f"![Confusion matrix]({confusion_figure})")
        if mistakes_figure is not None:
            sections.append(f"![The most confident mistakes]({mistakes_figure})")
    if ranking_figure is not None:
        sections += ["## Thresholds", f"![ROC curve and precision-recall curve]({ranking_figure})"]
    if regression_figure is not None:
        sections += ["## Predictions", f"![Predicted against true values, and residuals]({regression_figure})"]
    if heads is not None and heads.main is not None:
        sections += _heads(heads)
    return "\n\n".join(section for section in sections if section) + "\n"


def _heads(heads: HeadAssessments) -> list[str]:
    """Return a section for each head, and one for all of their targets together."""
    sections = [f"The sections above are about the head {markdown_text(heads.main or '')}."]
    for head, assessment in heads.by_name.items():
        sections += [
            f"## Head {markdown_text(head)}",
            f"**{markdown_text(verdict_sentence(assessment.diagnosis))}**",
            _decomposition(assessment.diagnosis),
            markdown_text(baseline_sentence(assessment.diagnosis.measure, assessment.baseline)),
        ]
    if heads.joint is not None:
        joint = f"**{markdown_text(verdict_sentence(heads.joint))}**"
        sections += ["## All heads together", joint, _decomposition(heads.joint)]
    return sections


def _facts(result: TrainingResult) -> str:
    best = f", best epoch {result.best_epoch} by `{result.optimizing_metric}`" if result.best_epoch is not None else ""
    seconds = f", {formatting.duration(result.seconds)}" if result.seconds is not None else ""
    return f"Run `{result.run}`: {result.status}{best}{seconds}."


def _decomposition(diagnosis: Diagnosis) -> str:
    """Build a table of levels and gaps, and the remarks on gaps that may be mismatches."""
    measure = diagnosis.measure
    gaps = {gap.later: gap for gap in diagnosis.gaps}
    rows: list[Sequence[str]] = []
    for level in diagnosis.levels:
        if (gap := gaps.get(level.name)) is not None:
            verdict = f"{gap.verdict}{' (upper bound)' if diagnosis.is_upper_bound(gap) else ''}"
            interval = measure.unit.difference_interval(gap.difference.low, gap.difference.high)
            size = measure.unit.difference(gap.difference.value)
            rows.append([f"↳ *{gap.title}*", f"*{size}*", f"*{interval}*", "", f"*{verdict}*"])
        rows.append([f"**{level_title(diagnosis, level.name)}**", *_level_cells(diagnosis, level), ""])
    confidence = formatting.number(100 * diagnosis.levels[0].error.level)
    table = markdown_table(["", measure.label, f"{confidence} % interval", "examples", "verdict"], rows)
    return "\n\n".join([table, *(markdown_text(remark) for remark in mismatch_remarks(diagnosis))])


def _level_cells(diagnosis: Diagnosis, level: Level) -> tuple[str, str, str]:
    text = diagnosis.measure.unit.text
    error = f"**{text(level.error.value)}**"
    if level.num_examples is None:
        return error, "", ""
    return error, diagnosis.measure.unit.interval(level.error.low, level.error.high), f"{level.num_examples:,}"


def _methods(diagnosis: Diagnosis) -> str:
    levels = {level.error.method for level in diagnosis.levels if level.num_examples is not None}
    differences = {gap.difference.method for gap in diagnosis.gaps}
    return f"{formatting.listing(sorted(levels))} for levels, {formatting.listing(sorted(differences))} for gaps"


def _advice(number: int, advice: Advice) -> str:
    step = f"```\n   {printable(advice.set_line)}\n   ```" if advice.set_line else f"*{markdown_text(advice.action)}*"
    return f"{number}. **{advice.knob}** ({advice.knob_class}): {markdown_text(advice.why)}.\n\n   {step}"


def _metrics(result: TrainingResult) -> str:
    """Build a table of metrics (rows) by split (columns)."""
    names = [name.split("/", 1) for name in result.metrics if "/" in name]
    splits = [split for split in SPLITS if any(split == name for name, _ in names)]
    metrics = dict.fromkeys(metric for _, metric in names)
    rows = []
    for metric in sorted(metrics):
        values = (format_metric(name, result.metrics.get(name)) for name in (f"{split}/{metric}" for split in splits))
        rows.append([markdown_text(metric_title(metric, result.positive_classes)), *values])
    return markdown_table(["metric", *splits], rows) if rows else ""


def _baseline(result: TrainingResult, assessment: Assessment) -> str:
    difference, measure = assessment.baseline.difference, result.measure
    sentence = markdown_text(baseline_sentence(measure, assessment.baseline))
    return (
        f"{sentence} The difference is {measure.unit.difference(difference.value)} "
        f"({measure.unit.difference_interval(difference.low, difference.high)}; {difference.method})."
    )


def _sparsity(result: TrainingResult) -> str:
    """Describe the sparsity due to L1; empty without L1."""
    if result.sparsity is None:
        return ""
    share = formatting.percent(result.sparsity, 1)
    limit = formatting.number(NEAR_ZERO)
    return f"L1 set {share} % of the weights to zero (absolute values up to {limit} count as zero)."


def _mistakes(confusion: Confusion) -> list[str]:
    sentence = markdown_text(confusion_sentence(confusion, limit=5)) or "No mistakes."
    if len(confusion.class_names) > _MAX_CLASSES:
        return [sentence, f"All {len(confusion.class_names)}² counts are in report.json."]
    rows = [
        [
            markdown_text(name),
            *(str(count) for count in row),
            "" if recall is None else f"{formatting.percent(recall, 1)} %",
        ]
        for name, row, recall in zip(confusion.class_names, confusion.counts.tolist(), confusion.recalls, strict=True)
    ]
    header = ["true \\\\ predicted", *(markdown_text(name) for name in confusion.class_names), "recall"]
    return [sentence, markdown_table(header, rows)]
