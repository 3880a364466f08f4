"""Diagnosis of a finished run: where its error comes from, with confidence intervals, and what to try next."""

from dlcli.diagnosis.advice import advise
from dlcli.diagnosis.assessment import Assessment, assess
from dlcli.diagnosis.baseline import Baseline, compare_with_constant
from dlcli.diagnosis.bias_variance import Diagnosis, Gap, SplitErrors, diagnose
from dlcli.diagnosis.confusion import ConfusedPair, Confusion, confusion_of
from dlcli.diagnosis.dead_units import DeadUnits
from dlcli.diagnosis.error_intervals import difference_interval, error_interval, error_of, paired_difference_interval
from dlcli.diagnosis.gradient_flow import GradientFlow, GradientTrend
from dlcli.diagnosis.heads import HeadAssessments
from dlcli.diagnosis.intervals import Interval, mean_interval
from dlcli.diagnosis.knobs import Advice, Evidence
from dlcli.diagnosis.learning_curve import Curve, LossTrend, curve
from dlcli.diagnosis.level import Level
from dlcli.diagnosis.mismatch import Mismatch, Origin, mismatches_of
from dlcli.diagnosis.power import ExamplesNeeded
from dlcli.diagnosis.ranking import Ranking, ranking_of
from dlcli.diagnosis.regression_fit import RegressionFit, regression_fits
from dlcli.diagnosis.reliability import difference_remarks, interval_remarks
from dlcli.diagnosis.sampled_errors import TEXT_STRETCHES, SampledErrors
from dlcli.diagnosis.sampled_statistic import Sample, SampledStatistic, sample_of
from dlcli.diagnosis.symmetry import IdenticalUnits, identical_units
from dlcli.diagnosis.training_result import PredictionsFile, SplitOutcome, TrainingResult
from dlcli.diagnosis.wording import (
    METHOD,
    baseline_sentence,
    confusion_sentence,
    gap_phrase,
    gap_sentence,
    level_title,
    mismatch_remarks,
    mismatch_sentence,
    needed_sentence,
    verdict_sentence,
)

__all__ = [
    "METHOD",
    "TEXT_STRETCHES",
    "Advice",
    "Assessment",
    "Baseline",
    "ConfusedPair",
    "Confusion",
    "Curve",
    "DeadUnits",
    "Diagnosis",
    "Evidence",
    "ExamplesNeeded",
    "Gap",
    "GradientFlow",
    "GradientTrend",
    "HeadAssessments",
    "IdenticalUnits",
    "Interval",
    "Level",
    "LossTrend",
    "Mismatch",
    "Origin",
    "PredictionsFile",
    "Ranking",
    "RegressionFit",
    "Sample",
    "SampledErrors",
    "SampledStatistic",
    "SplitErrors",
    "SplitOutcome",
    "TrainingResult",
    "advise",
    "assess",
    "baseline_sentence",
    "compare_with_constant",
    "confusion_of",
    "confusion_sentence",
    "curve",
    "diagnose",
    "difference_interval",
    "difference_remarks",
    "error_interval",
    "error_of",
    "gap_phrase",
    "gap_sentence",
    "identical_units",
    "interval_remarks",
    "level_title",
    "mean_interval",
    "mismatch_remarks",
    "mismatch_sentence",
    "mismatches_of",
    "needed_sentence",
    "paired_difference_interval",
    "ranking_of",
    "regression_fits",
    "sample_of",
    "verdict_sentence",
]
