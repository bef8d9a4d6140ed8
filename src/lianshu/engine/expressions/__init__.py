"""The expression language: one exact, typed tree that everything reads. No Django.

    node = check_truth("rd_total / revenue >= 3%", Scope(dictionary))
    Interpreter(firm, day).truth(node) → Judged(outcome, missing, manual)

The language is told in docs/language.md. The compiler to tables is `expressions.tables`, imported
by whoever evaluates many firms; nothing here loads Ibis.
"""

from lianshu.engine.expressions.checking import check_number, check_truth, is_constant
from lianshu.engine.expressions.firm import Firm, Holding
from lianshu.engine.expressions.interpreter import EvaluationError, Interpreter
from lianshu.engine.expressions.outcomes import Outcome, all_of, any_of, exempted, negated
from lianshu.engine.expressions.parser import parse
from lianshu.engine.expressions.places import finding_of, place_in
from lianshu.engine.expressions.problems import ExpressionError
from lianshu.engine.expressions.readings import Compared, Exact, Judged, Reading, Single, State
from lianshu.engine.expressions.scope import ParameterValues, Scope, Table
from lianshu.engine.expressions.tree import Node
from lianshu.engine.expressions.walking import parts_of, walk

__all__ = [
    "Compared",
    "EvaluationError",
    "Exact",
    "ExpressionError",
    "Firm",
    "Holding",
    "Interpreter",
    "Judged",
    "Node",
    "Outcome",
    "ParameterValues",
    "Reading",
    "Scope",
    "Single",
    "State",
    "Table",
    "all_of",
    "any_of",
    "check_number",
    "check_truth",
    "exempted",
    "finding_of",
    "is_constant",
    "negated",
    "parse",
    "parts_of",
    "place_in",
    "walk",
]
