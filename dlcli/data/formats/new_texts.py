"""Read new texts in any format for a model that was trained on texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dlcli.core import DataError
from dlcli.data.examples import Examples
from dlcli.data.formats.conll import Conll
from dlcli.data.formats.csv import Csv
from dlcli.data.formats.csv_text import Dialect
from dlcli.data.formats.jsonl import Jsonl
from dlcli.data.formats.lines import Lines
from dlcli.data.formats.parquet import Parquet
from dlcli.data.formats.tables import Layout, TableFormat, TableOptions, examples_of, require_columns
from dlcli.data.formats.text import Text
from dlcli.data.formats.text_folder import TextFolder
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.readers import DatasetReader, FileFormat

#: default columns of a table, if the training data had none
TEXT, LABEL = "text", "label"


def new_texts(
    path: Path, reader: DatasetReader | FileFormat, preprocessor: Preprocessor, *, require_targets: bool
) -> tuple[Examples, tuple[str, ...]]:
    """Read the texts of a file, with remarks for the user.

    Tables (csv, tsv, parquet, jsonl) are recognized by their names; a folder has one text per file. Any other file is
    read in the format of the training data; but if that was a table, a folder or CoNLL, a .txt file has one text per
    line.

    Args:
        path: Path of the file or folder.
        reader: Reader of the training data.
        preprocessor: Preprocessor of the training data.
        require_targets: Whether targets are needed; otherwise they are not read. Next tokens are always available.

    Raises:
        DataError: The file cannot be read, or lacks inputs or targets.
    """
    require_targets &= not preprocessor.targets.predicts_inputs
    table = _table_format(path, reader)
    if table is not None:
        return _from_table(path, table, preprocessor, require_targets=require_targets)
    if path.is_dir():
        folders = reader if isinstance(reader, TextFolder) else TextFolder()
        return folders.read_new(path, labeled=require_targets)
    if isinstance(reader, Conll) and not path.name.endswith(Lines.endings):
        return reader.read_new(path, require_targets=require_targets), ()
    if require_targets:
        message = f"expected a table with the columns {TEXT} and {LABEL}, such as .jsonl or .csv, got texts only"
        raise DataError(message, code="not_applicable", file=str(path))
    if preprocessor.continuous:
        return (reader if isinstance(reader, Text) else Text()).read_new(path), ()
    return (reader if isinstance(reader, Lines) else Lines()).read_with_warnings(path)


def _table_format(path: Path, reader: DatasetReader | FileFormat) -> TableFormat | None:
    name = path.name.lower()
    kinds: tuple[type[Csv] | type[Parquet] | type[Jsonl], ...] = (Csv, Parquet, Jsonl)
    kind = next((kind for kind in kinds if name.endswith(kind.endings)), None)
    if isinstance(reader, TableFormat) and (kind is None or isinstance(reader, kind)):
        return None if name.endswith(Lines.endings) or path.is_dir() else reader
    if kind is Csv:
        return Csv(dialect=Dialect(delimiter="\t" if name.endswith(".tsv") else ","))
    return None if kind is None else kind(table=TableOptions(text=TEXT))


def _from_table(
    path: Path, file_format: TableFormat, preprocessor: Preprocessor, *, require_targets: bool
) -> tuple[Examples, tuple[str, ...]]:
    text = (*preprocessor.feature_names, TEXT)[0]
    targets: Sequence[str] = preprocessor.targets.columns or (LABEL,)
    options = replace(file_format.table, text=text)
    source = file_format.open_new(path, Layout((text,), tuple(targets), options.id, {}))
    require_columns(source, (text, *targets) if require_targets else (text,))
    known_id = options.id if options.id in source.names else None
    kinds = preprocessor.targets.column_kinds(targets)
    examples = examples_of(source, Layout((text,), tuple(targets) if require_targets else (), known_id, kinds), options)
    ignored = [name for name in source.names if name not in {text, *targets, options.id, *(options.exclude or ())}]
    notes = (f"{path.name}: columns ignored: {', '.join(ignored)}",) if ignored else ()
    return examples, source.warnings + notes
