"""What the files in a sweep's folder are called, relative to it."""

from __future__ import annotations

#: what was asked for: the texts of the sweep file and of the config it starts from, and every key with its value
SWEEP = "sweep.yaml"
BASE = "base.yaml"
RESOLVED = "sweep.resolved.yaml"
#: where the files came from and what was changed on the command line; a folder with this file is a sweep
RECORD = "sweep.json"
#: everything that happened, one line each; nothing in it is ever changed
JOURNAL = "journal.jsonl"
#: the best configuration so far, complete
BEST = "best.yaml"
#: folders of the trials, of the final trainings, and of the report
TRIALS = "trials"
FINAL = "final"
REPORT = "report"
#: what is written into the folder itself
WRITTEN = (SWEEP, BASE, RESOLVED, RECORD, JOURNAL, BEST, TRIALS, FINAL, REPORT)


def trial(number: int) -> str:
    """The run folder of a trial."""
    return f"{TRIALS}/{number:04d}"


def final(configuration: int, seed: int) -> str:
    """The run folder of a configuration, known by its first trial, trained anew with another seed."""
    return f"{FINAL}/{configuration:04d}-seed-{seed}"
