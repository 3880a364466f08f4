"""Forty trials in a process of their own; prints the figures as JSON.

Usage: python -m benchmarks.sweep_process WAY SEED FOLDER   (in scripts/; WAY is one of `sweep_ways.WAYS`)
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.sweep_ways import WAYS


def main() -> None:
    way, seed, folder = sys.argv[1:]
    print(json.dumps(asdict(WAYS[way](int(seed), Path(folder)))))


if __name__ == "__main__":
    main()
