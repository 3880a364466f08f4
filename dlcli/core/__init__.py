"""Foundations of all other packages: errors with a location, the registry, seeded generators, constraints, names."""

from dlcli.core import formatting
from dlcli.core.bound import Bound
from dlcli.core.constraints import (
    Fraction,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Rate,
)
from dlcli.core.direction import Direction
from dlcli.core.error_codes import ERROR_CODES, ErrorCode
from dlcli.core.errors import (
    ConfigError,
    DataError,
    DivergedError,
    DlcliError,
    GateError,
    InvalidConfigError,
    PrunedError,
    RunInterruptedError,
    StorageError,
    SweepFailedError,
    under,
    unknown_name,
)
from dlcli.core.expressions import FUNCTIONS, Condition, Expression, ExpressionError
from dlcli.core.memory import check_array
from dlcli.core.nearest_name import nearest_name
from dlcli.core.node_names import INPUT, NODE_NAME, OUTPUT, PREVIOUS, STATE, node_of
from dlcli.core.printable import printable, printable_lines
from dlcli.core.registry import Described, Inline, name_of, register
from dlcli.core.rng import Generators, generator
from dlcli.core.show import show
from dlcli.core.spelling import Spelling
from dlcli.core.split_names import SPLITS, UNSEEN_SPLITS
from dlcli.core.strict_json import dumps, loads, plain

__all__ = [
    "ERROR_CODES",
    "FUNCTIONS",
    "INPUT",
    "NODE_NAME",
    "OUTPUT",
    "PREVIOUS",
    "SPLITS",
    "STATE",
    "UNSEEN_SPLITS",
    "Bound",
    "Condition",
    "ConfigError",
    "DataError",
    "Described",
    "Direction",
    "DivergedError",
    "DlcliError",
    "ErrorCode",
    "Expression",
    "ExpressionError",
    "Fraction",
    "GateError",
    "Generators",
    "Inline",
    "InvalidConfigError",
    "NonNegativeFloat",
    "NonNegativeInt",
    "PositiveFloat",
    "PositiveInt",
    "PrunedError",
    "Rate",
    "RunInterruptedError",
    "Spelling",
    "StorageError",
    "SweepFailedError",
    "check_array",
    "dumps",
    "formatting",
    "generator",
    "loads",
    "name_of",
    "nearest_name",
    "node_of",
    "plain",
    "printable",
    "printable_lines",
    "register",
    "show",
    "under",
    "unknown_name",
]
