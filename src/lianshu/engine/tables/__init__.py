"""Facts as tables: the dictionary of what can be known, periods, exact values, snapshots.

This module loads nothing heavy. `writing` (DuckDB, ADBC) and `snapshot` (Ibis) are imported by
whoever writes or reads a snapshot, and by nobody else.
"""

from lianshu.engine.tables.dictionary import (
    FACTS_FILE,
    Attribute,
    FactDefinition,
    FactDictionary,
    HoldingDefinition,
    Quantity,
    Source,
    check_dictionary,
    load_dictionary,
)
from lianshu.engine.tables.periods import Period, PeriodError, PeriodKind
from lianshu.engine.tables.uses import Use, combinations_with
from lianshu.engine.tables.values import (
    KNOWN_ABSENT,
    Absent,
    CodeKnown,
    Ratio,
    Value,
    ValueProblem,
    checked_attributes,
    checked_value,
    plain_value,
    value_of_plain,
)

__all__ = [
    "FACTS_FILE",
    "KNOWN_ABSENT",
    "Absent",
    "Attribute",
    "CodeKnown",
    "FactDefinition",
    "FactDictionary",
    "HoldingDefinition",
    "Period",
    "PeriodError",
    "PeriodKind",
    "Quantity",
    "Ratio",
    "Source",
    "Use",
    "Value",
    "ValueProblem",
    "check_dictionary",
    "checked_attributes",
    "checked_value",
    "combinations_with",
    "load_dictionary",
    "plain_value",
    "value_of_plain",
]
