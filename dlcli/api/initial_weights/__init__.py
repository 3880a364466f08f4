"""Initial weights other than random ones: from a run, from a file, or from published word vectors."""

from dlcli.api.initial_weights.choice import initial_weights
from dlcli.api.initial_weights.from_file import FromFile
from dlcli.api.initial_weights.from_run import FromRun
from dlcli.api.initial_weights.word_vectors import FromWordVectors, load_word_vectors

__all__ = ["FromFile", "FromRun", "FromWordVectors", "initial_weights", "load_word_vectors"]
