"""The report as a page: `report/report.md`, short enough to be read."""

from __future__ import annotations

from collections.abc import Sequence

from dlcli.core import SPLITS, formatting, printable
from dlcli.diagnosis import (
    METHOD,
    Advice,
    Assessment,
    Confusion,
    Diagnosis,
    Level,
    LossTrend,
    TrainingResult,
    baseline_sentence,
    confusion_sentence,
    level_title,
    verdict_sentence,
)
from dlcli.metrics import format_metric
from dlcli.optim import NEAR_ZERO
from dlcli.reports.tables import markdown_table, markdown_text
from dlcli.runs import metric_title

_MOST_CLASSES = 12


def report_markdown(
    result: TrainingResult,
    assessment: Assessment,
    *,
    picture: str | None,
    confusion_picture: str | None = None,
    mistakes_picture: str | None = None,
    ranking_picture: str | None = None,
    regression_picture: str | None = None,
) -> str:
    """The page.

    Args:
        result: the run.
        assessment: what was found.
        picture: file name of the learning curve beside the page, None where there is none.
        confusion_picture: likewise of the confusion matrix.
        mistakes_picture: likewise of the worst mistakes.
        ranking_picture: likewise of the ROC and precision-recall curves.
        regression_picture: likewise of predicted and true values.
    """
    sections = [
        f"# {result.name}",
        _facts(result),
        *(f"> **The data:** {markdown_text(remark)}" for remark in result.remarks),
        *(f"> **{markdown_text(warning)}**" for warning in assessment.warnings),
        "## Where the error comes from",
        f"**{markdown_text(verdict_sentence(assessment.diagnosis))}**",
        _chain(assessment.diagnosis),
        f"{METHOD} Intervals: {_methods(assessment.diagnosis)}.",
        "## What to try next",
        *(_advice(number, piece) for number, piece in enumerate(assessment.advice, start=1)),
        "## Results",
        _metrics(result),
        _baseline(result, assessment),
        _sparsity(result),
    ]
    if picture is not None:
        sections += ["## Learning curve", f"![Loss and error of train and dev by epoch]({picture})"]
    trend = assessment.loss.trend
    ending = (
        "Too few epochs to say how the training loss ends."
        if trend is LossTrend.UNKNOWN
        else f"The training loss is {trend} at the end."
    )
    sections.append(
        f"{ending} By epoch, train is measured while training, "
        "every example with the weights of its own step and with dropout on; dev in evaluation mode."
    )
    if assessment.confusion is not None:
        sections += [f"## Mistakes in {assessment.confusion.split}", *_mistakes(assessment.confusion)]
        if confusion_picture is not None:
            sections.append(f"![Which classes are taken for which]({confusion_picture})")
        if mistakes_picture is not None:
            sections.append(f"![The mistakes that the model is most certain of]({mistakes_picture})")
    if ranking_picture is not None:
        sections += ["## Thresholds", f"![ROC curve and precision-recall curve]({ranking_picture})"]
    if regression_picture is not None:
        sections += ["## Predictions", f"![Predicted against true values, and residuals]({regression_picture})"]
    return "\n\n".join(section for section in sections if section) + "\n"


def _facts(result: TrainingResult) -> str:
    best = f", best epoch {result.best_epoch} by `{result.optimizing_metric}`" if result.best_epoch is not None else ""
    seconds = f", {formatting.duration(result.seconds)}" if result.seconds is not None else ""
    return f"Run `{result.run}`: {result.status}{best}{seconds}."


def _chain(diagnosis: Diagnosis) -> str:
    measure = diagnosis.measure
    gaps = {gap.later: gap for gap in diagnosis.gaps}
    rows: list[Sequence[str]] = []
    for level in diagnosis.levels:
        if (gap := gaps.get(level.name)) is not None:
            verdict = f"{gap.verdict}{' (upper bound)' if diagnosis.is_upper_bound(gap) else ''}"
            ends = measure.unit.difference_interval(gap.difference.low, gap.difference.high)
            size = measure.unit.difference(gap.difference.value)
            rows.append([f"↳ *{gap.title}*", f"*{size}*", f"*{ends}*", "", f"*{verdict}*"])
        rows.append([f"**{level_title(diagnosis, level.name)}**", *_level_cells(diagnosis, level), ""])
    confidence = 100 * diagnosis.levels[0].error.level
    return markdown_table(["", measure.label, f"{confidence:g} % interval", "examples", "verdict"], rows)


def _level_cells(diagnosis: Diagnosis, level: Level) -> tuple[str, str, str]:
    text = diagnosis.measure.unit.text
    error = f"**{text(level.error.value)}**"
    if level.num_examples is None:
        return error, "", ""
    return error, diagnosis.measure.unit.interval(level.error.low, level.error.high), f"{level.num_examples:,}"


def _methods(diagnosis: Diagnosis) -> str:
    levels = {level.error.method for level in diagnosis.levels if level.num_examples is not None}
    differences = {gap.difference.method for gap in diagnosis.gaps}
    return f"{' and '.join(sorted(levels))} for levels, {' and '.join(sorted(differences))} for gaps"


def _advice(number: int, advice: Advice) -> str:
    step = f"```\n   {printable(advice.set_line)}\n   ```" if advice.set_line else f"*{markdown_text(advice.action)}*"
    return f"{number}. **{advice.knob}** ({advice.knob_class}): {markdown_text(advice.why)}.\n\n   {step}"


def _metrics(result: TrainingResult) -> str:
    """One row a metric, one column a split."""
    names = [name.split("/", 1) for name in result.metrics if "/" in name]
    splits = [split for split in SPLITS if any(split == found for found, _ in names)]
    metrics = dict.fromkeys(metric for _, metric in names)
    rows = []
    for metric in sorted(metrics):
        values = (format_metric(name, result.metrics.get(name)) for name in (f"{split}/{metric}" for split in splits))
        rows.append([markdown_text(metric_title(metric, result.positive_classes)), *values])
    return markdown_table(["metric", *splits], rows) if rows else ""


def _baseline(result: TrainingResult, assessment: Assessment) -> str:
    found, measure = assessment.baseline.difference, result.measure
    sentence = markdown_text(baseline_sentence(measure, assessment.baseline))
    return (
        f"{sentence} The difference is {measure.unit.difference(found.value)} "
        f"({measure.unit.difference_interval(found.low, found.high)}; {found.method})."
    )


def _sparsity(result: TrainingResult) -> str:
    """What L1 did; empty where there is none."""
    if result.sparsity is None:
        return ""
    share = formatting.percent(result.sparsity, 1)
    return f"L1 brought {share} % of the weights to zero (sizes up to {NEAR_ZERO:g} count as zero)."


def _mistakes(confusion: Confusion) -> list[str]:
    sentence = markdown_text(confusion_sentence(confusion, limit=5)) or "No mistakes."
    if len(confusion.class_names) > _MOST_CLASSES:
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
