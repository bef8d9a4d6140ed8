"""`parameters.yaml`: dated thresholds and lookup tables, each with its source.

Values are expressions over constants and other parameters, worked out once, when loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import cast

from lianshu.engine.expressions import (
    ExpressionError,
    Firm,
    Interpreter,
    ParameterValues,
    Scope,
    Table,
    is_constant,
    parse,
)
from lianshu.engine.expressions.checking import Checker
from lianshu.engine.expressions.tree import Constant, DatedValue, Fixed, Node, Parameter
from lianshu.engine.expressions.types import CodeType, NumberType, Type, named, together
from lianshu.engine.expressions.walking import walk
from lianshu.engine.policy.gathering import Gathering
from lianshu.engine.policy.model import (
    ParameterDefinition,
    ParametersDefinition,
    TableDefinition,
)

_DAY = timedelta(days=1)


@dataclass
class Parameters:
    """What a policy's parameters come to."""

    values: dict[str, ParameterValues] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)


def compiled_parameters(gathering: Gathering[ParametersDefinition], scope: Scope) -> Parameters:
    """Every parameter and table; defects are added to ``gathering``."""
    found = Parameters()
    definitions = {one.id: one for one in gathering.loaded.value.parameters}
    places = {one.id: index for index, one in enumerate(gathering.loaded.value.parameters)}
    waiting = dict(definitions)
    while waiting:
        # Those whose values name nothing that still waits.
        ready = [one for one in waiting.values() if not _names(one) & set(waiting)]
        if not ready:
            ring = "、".join(waiting)
            for name in waiting:
                message = f"参数互相引用成了一个圈：{ring}，请给其中一个写明数值"
                gathering.says("parameters", places[name], "id", rule="P008", message=message)
            return found
        for one in ready:
            del waiting[one.id]
            inner = replace(scope, parameters=found.values)
            values = _parameter(gathering, one, places[one.id], inner)
            if values is not None:
                found.values[one.id] = values
    for index, table in enumerate(gathering.loaded.value.tables):
        made = _table(gathering, table, index, replace(scope, parameters=found.values))
        if made is not None:
            found.tables[table.id] = made
    return found


def _names(definition: ParameterDefinition) -> set[str]:
    names: set[str] = set()
    for one in definition.values:
        # Words are enough to find who names whom; what is no word is told when it is checked.
        word = ""
        for character in [*one.value, " "]:
            if character.isalnum() or character == "_":
                word += character
            else:
                names.add(word)
                word = ""
    return names


def _parameter(
    gathering: Gathering[ParametersDefinition],
    definition: ParameterDefinition,
    index: int,
    scope: Scope,
) -> ParameterValues | None:
    kind: Type | None = None
    dated: list[DatedValue] = []
    for place, one in enumerate(definition.values):
        at = ("parameters", index, "values", place)
        node = gathering.expression(one.value, lambda text: _constant(text, scope), *at, "value")
        if node is None:
            return None
        kind = _same_type(gathering, kind, node, scope, *at, "value")
        if kind is None:
            return None
        following = definition.values[place + 1 :]
        until = one.until
        if until is None and following:
            until = following[0].since - _DAY
        if (until is not None and until < one.since) or (
            following and following[0].since <= (one.until or one.since)
        ):
            message = f"参数 {definition.id} 的日期重叠或倒序，请按 from 从早到晚排列，互不重叠"
            gathering.says(*at, "from", rule="P005", message=message)
            return None
        value = _value(node, one.since)
        if value is None:
            message = f"引用的参数在 {one.since} 没有值，请核对日期"
            gathering.says(*at, "value", rule="P006", message=message)
            return None
        dated.append(DatedValue(one.since, until, value))
    assert kind is not None
    return ParameterValues(kind, tuple(dated))


def _constant(text: str, scope: Scope) -> Node:
    node = Checker(scope).node(parse(text))
    if not is_constant(node):
        raise ExpressionError("E004", 0, "参数的值应为常数，或由常数和其他参数算出")
    return node


def _same_type(
    gathering: Gathering[ParametersDefinition],
    kind: Type | None,
    node: Node,
    scope: Scope,
    *path: str | int,
) -> Type | None:
    if kind is None or kind == node.type:
        return node.type
    if isinstance(kind, NumberType) and isinstance(node.type, NumberType):
        both = together(kind, node.type)
        if both is not None:
            return both
    words = scope.dictionary
    message = f"参数的值应是同一类型：前面是{named(kind, words)}，这里是{named(node.type, words)}"
    gathering.says(*path, rule="P007", message=message)
    return None


def _value(node: Node, day: date) -> Constant | None:
    """The constant as it is on ``day``."""
    if isinstance(node, Fixed):
        return node.value
    if any(isinstance(one, Parameter) and one.on(day) is None for one in walk(node)):
        return None
    interpreter = Interpreter(Firm(""), day)
    if isinstance(node.type, NumberType):
        exact = interpreter.number(node).exact
        return None if exact is None else Fraction(exact)
    return cast("Constant | None", interpreter.single(node).value)


def _table(
    gathering: Gathering[ParametersDefinition],
    definition: TableDefinition,
    index: int,
    scope: Scope,
) -> Table | None:
    own = {one.id: {choice.id for choice in one.choices} for one in scope.dictionary.code_lists}
    at = ("tables", index)
    if definition.keys not in own and definition.keys not in scope.public_codes:
        known = "、".join([*own, *scope.public_codes])
        message = f"没有代码表 {definition.keys}，可用的有：{known}"
        gathering.says(*at, "keys", rule="P009", message=message)
        return None
    codes = own.get(definition.keys, scope.public_codes.get(definition.keys, ()))
    kind: Type | None = None
    rows: dict[str, Constant] = {}
    for place, row in enumerate(definition.rows):
        where = (*at, "rows", place)
        if row.key not in codes or row.key in rows:
            what = "重复" if row.key in rows else f"不在代码表 {definition.keys} 里"
            gathering.says(*where, "key", rule="P009", message=f"代码 {row.key} {what}，请核对")
            return None
        node = gathering.expression(row.value, lambda text: _constant(text, scope), *where, "value")
        kind = None if node is None else _same_type(gathering, kind, node, scope, *where, "value")
        if node is None or kind is None:
            return None
        value = _value(node, date.max)
        if value is None:
            gathering.says(*where, "value", rule="P006", message="表里的值应为写明的常数")
            return None
        rows[row.key] = value
    assert kind is not None
    return Table(CodeType(definition.keys, definition.keys not in own), kind, rows)


def uncovered(values: ParameterValues, since: date, until: date | None) -> date | None:
    """The first day from ``since`` to ``until`` on which there is no value, None when there is."""
    day = since
    for one in values.values:
        if one.since > day:
            break
        if one.until is None:
            return None
        day = max(day, one.until + _DAY)
    return day if until is None or day <= until else None
