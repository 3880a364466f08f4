"""Choice of the initial weights that a config describes."""

from __future__ import annotations

from pathlib import Path

from dlcli.api.initial_weights.from_file import FromFile
from dlcli.api.initial_weights.from_run import FromRun
from dlcli.api.initial_weights.word_vectors import FromWordVectors
from dlcli.assembly import FromScratch, InitialWeights, has_word_vectors
from dlcli.spec import Spec, is_path


def initial_weights(spec: Spec, *, runs_dir: Path) -> InitialWeights:
    """Return the initial weights of a config; nothing is read yet.

    Args:
        spec: Config of the experiment.
        runs_dir: Folder in which runs are looked up.
    """
    options = spec.model.transfer
    if options is None:
        return FromWordVectors() if has_word_vectors(spec) else FromScratch()
    if is_path(options.source) and not Path(options.source).is_dir():
        return FromFile(options)
    needs_layers = spec.model.architecture is None and spec.model.layers is None
    return FromRun(options, needs_layers=needs_layers, runs_dir=runs_dir)
