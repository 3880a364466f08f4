"""Names of the files in the folder of a sweep, relative to it."""

from __future__ import annotations

#: Texts of the sweep file and of its base, and the sweep file with every key and its value.
SWEEP = "sweep.yaml"
BASE = "base.yaml"
RESOLVED = "sweep.resolved.yaml"
#: Record of the origin of the sweep; a folder with this file is a sweep.
RECORD = "sweep.json"
#: Append-only log of events.
JOURNAL = "journal.jsonl"
#: Complete config of the best configuration.
BEST = "best.yaml"
#: Folders of the trials, of the final runs, and of the report.
TRIALS = "trials"
FINAL = "final"
REPORT = "report"
#: Entries of the folder that are written.
WRITTEN = (SWEEP, BASE, RESOLVED, RECORD, JOURNAL, BEST, TRIALS, FINAL, REPORT)


def trial(number: int) -> str:
    """Return the run folder of a trial."""
    return f"{TRIALS}/{number:04d}"


def final(configuration: int, seed: int) -> str:
    """Return the run folder of a final run; the configuration is identified by its first trial."""
    return f"{FINAL}/{configuration:04d}-seed-{seed}"
