"""The report as JSON: the content of `report.json`. The keys of a schema version are stable."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dlcli.diagnosis import (
    METHOD,
    Assessment,
    Confusion,
    Diagnosis,
    HeadAssessments,
    Ranking,
    RegressionFit,
    TrainingResult,
    mismatch_sentence,
    verdict_sentence,
)

SCHEMA = "dlcli/report"
SCHEMA_VERSION = 1


def report_document(
    result: TrainingResult, assessment: Assessment, heads: HeadAssessments | None = None
) -> dict[str, Any]:
    """Return the report as a JSON document.

    Args:
        result: Results of the run.
        assessment: Assessment of the run.
        heads: Assessments of the heads of a multi-task model; None for other models.
    """
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "run": result.run,
        "name": result.name,
        "status": result.status,
        "seconds": result.seconds,
        "optimizing_metric": result.optimizing_metric,
        "best_epoch": result.best_epoch,
        "metrics": dict(result.metrics),
        "positive_classes": dict(result.positive_classes),
        "sparsity": result.sparsity,
        "unit": result.unit,
        "predictions": {split: asdict(file) for split, file in result.predictions.items()},
        "warnings": [*result.remarks, *assessment.warnings],
        **_errors(assessment),
        "training_loss": {
            "course": assessment.loss.trend.value,
            "relative_drop_at_end": assessment.loss.relative_drop_at_end,
        },
        "identical_units": [asdict(layer) for layer in assessment.identical],
        "advice": [advice.to_json() for advice in assessment.advice],
        **({} if heads is None or heads.main is None else _heads(heads)),
    }


def _heads(heads: HeadAssessments) -> dict[str, Any]:
    return {
        "head": heads.main,
        "heads": {
            head: _errors(assessment) | {"advice": [advice.to_json() for advice in assessment.advice]}
            for head, assessment in heads.by_name.items()
        },
        "joint": None if heads.joint is None else _diagnosis(heads.joint),
    }


def _errors(assessment: Assessment) -> dict[str, Any]:
    baseline = assessment.baseline
    return {
        "diagnosis": _diagnosis(assessment.diagnosis),
        "baseline": {
            "rule": baseline.rule,
            "split": baseline.split,
            "error": baseline.error,
            "model_error": baseline.model_error,
            "is_beaten": baseline.is_beaten,
            "difference": asdict(baseline.difference),
        },
        "confusion": None if assessment.confusion is None else _confusion(assessment.confusion),
        "ranking": None if assessment.ranking is None else _ranking(assessment.ranking),
        "regression": [_fit(fit) for fit in assessment.fits],
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "measure": diagnosis.measure.name,
        "human_error_known": diagnosis.human_error_known,
        "levels": [
            {
                "name": level.name,
                "num_examples": level.num_examples,
                "num_units": level.num_units,
                "error": asdict(level.error),
            }
            for level in diagnosis.levels
        ],
        "gaps": [
            {
                "name": gap.name,
                "from": gap.earlier,
                "to": gap.later,
                "difference": asdict(gap.difference),
                "verdict": gap.verdict,
                "is_upper_bound": diagnosis.is_upper_bound(gap),
                "evidence": mismatch_sentence(gap) or None,
                "needed": [asdict(need) | {"more": need.more} for need in gap.needed],
            }
            for gap in diagnosis.gaps
        ],
        "verdict": diagnosis.verdict,
        "summary": verdict_sentence(diagnosis),
        "method": METHOD,
    }


def _confusion(confusion: Confusion) -> dict[str, Any]:
    return {
        "split": confusion.split,
        "class_names": list(confusion.class_names),
        "counts": confusion.counts.tolist(),
        "recalls": list(confusion.recalls),
        "most_confused": [asdict(pair) | {"share": pair.share} for pair in confusion.most_confused()],
    }


def _ranking(ranking: Ranking) -> dict[str, Any]:
    return {
        "split": ranking.split,
        "positive_class": ranking.positive_class,
        "num_positive": ranking.num_positive,
        "num_negative": ranking.num_negative,
        "roc_auc": ranking.area_under_roc,
        "average_precision": ranking.average_precision,
    }


def _fit(fit: RegressionFit) -> dict[str, Any]:
    return {
        "split": fit.split,
        "target": fit.target,
        "num_examples": len(fit.truth),
        "r2": fit.r2,
        "root_mean_squared_error": fit.root_mean_squared_error,
        "mean_residual": fit.mean_residual,
    }
