"""Calls, bands, choices, codes and the names that stand for something else."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal, cast

from lianshu.engine.expressions import syntax as s
from lianshu.engine.expressions.checking_facts import FactChecker
from lianshu.engine.expressions.problems import ExpressionError, nearest
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    ApplicationDate,
    ApplicationYear,
    Band,
    Compare,
    ConditionValue,
    Constant,
    Extreme,
    Fixed,
    FullYears,
    IfElse,
    Lookup,
    Manual,
    Negative,
    Node,
    Parameter,
    Points,
    Rounded,
    ScoreValue,
    Sign,
    VerdictValue,
    YearOf,
)
from lianshu.engine.expressions.types import (
    PLAIN,
    TRUTH,
    YEARS,
    CodeType,
    NumberType,
    TextType,
    TruthType,
    Type,
    named,
    together,
)
from lianshu.engine.expressions.walking import walk

_MOST_REPEATS: Final = 10


class CallChecker(FactChecker):
    """The part of the checker that knows the functions."""

    def __init__(self, *arguments: object, **named_: object) -> None:
        super().__init__(*arguments, **named_)  # type: ignore[arg-type]
        self.open_terms: list[str] = []
        self.judgements = 0

    def number(self, syntax: s.Syntax) -> Node:
        """A node that is a number; ``Checker`` gives it."""
        raise NotImplementedError

    def beside(self, syntax: s.Syntax, kind: Type) -> Node:
        """What stands beside a value; ``Checker`` gives it."""
        raise NotImplementedError

    def units(self, at: int, left: Type, right: Type, what: str) -> ExpressionError:
        """Units that do not go together; ``Checker`` gives it."""
        raise NotImplementedError

    def call(self, call: s.Call) -> Node:
        """A function by its name. Raises ExpressionError."""
        name = call.name
        if name in ("count", "exists", "sum", "largest", "smallest"):
            found = self.of_holdings(call)
            if name == "exists":
                one = Fixed(call.at, PLAIN, Fraction(1))
                absent, undefined = self.scope.absent, self.scope.undefined
                return Compare(call.at, ">=", found, one, undefined, absent)
            return found
        if call.where is not None:
            raise ExpressionError("E002", call.where.at, f"{name} 里不能写 where")
        if call.otherwise is not None and name != "lookup":
            raise ExpressionError("E002", call.otherwise.at, f"{name} 里不能写 else")
        rules = {
            "min": self._extreme,
            "max": self._extreme,
            "abs": self._abs,
            "floor": self._rounded,
            "ceil": self._rounded,
            "round": self._rounded,
            "age": self._age,
            "full_years": self._full_years,
            "year": self._year,
            "in_each": self._repeated,
            "in_any": self._repeated,
            "lookup": self._lookup,
            "score": self._score,
            "verdict": self._verdict,
            "manual": self._manual,
        }
        if name not in rules:
            known = [*rules, "count", "exists", "sum", "largest", "smallest", "band"]
            raise ExpressionError("E003", call.at, f"没有函数 {name}{nearest(name, known)}")
        return rules[name](call)

    def need(self, call: s.Call, least: int, most: int) -> tuple[s.Syntax, ...]:
        """The arguments, so many of them. Raises ExpressionError."""
        if not least <= len(call.arguments) <= most:
            many = str(least) if least == most else f"{least} 到 {most}"
            message = f"{call.name} 应有 {many} 个参数，现在有 {len(call.arguments)} 个"
            raise ExpressionError("E008", call.at, message)
        return call.arguments

    def united(self, parts: list[Node]) -> NumberType:
        """The common type of some numbers. Raises ExpressionError."""
        kind = cast("NumberType", parts[0].type)
        for part in parts[1:]:
            both = together(kind, cast("NumberType", part.type))
            if both is None:
                raise self.units(part.at, kind, part.type, "放在一起")
            kind = both
        return kind

    def _extreme(self, call: s.Call) -> Node:
        parts = [self.number(one) for one in self.need(call, 2, 20)]
        how = cast("Literal['min', 'max']", call.name)
        return Extreme(call.at, self.united(parts), how, tuple(parts))

    def _abs(self, call: s.Call) -> Node:
        inner = self.number(self.need(call, 1, 1)[0])
        kind = cast("NumberType", inner.type)
        return Extreme(call.at, kind, "max", (inner, Negative(call.at, kind, inner)))

    def _rounded(self, call: s.Call) -> Node:
        arguments = self.need(call, 1, 2)
        inner = self.number(arguments[0])
        kind = cast("NumberType", inner.type)
        step = Fraction(1)
        if len(arguments) == 2:
            given = self.number(arguments[1])
            if not isinstance(given, Fixed) or not isinstance(given.value, Fraction):
                raise ExpressionError("E004", given.at, "取整的单位应为写明的数，例如 1万元")
            if given.value <= 0 or together(kind, cast("NumberType", given.type)) is None:
                raise self.units(given.at, kind, given.type, "取整（应为正数，单位相同）")
            step = given.value
        how = cast("Literal['floor', 'ceil', 'round']", call.name)
        return Rounded(call.at, kind, how, inner, step)

    def _age(self, call: s.Call) -> Node:
        day = self.date(self.need(call, 1, 1)[0])
        return Age(call.at, day, ApplicationDate(call.at))

    def _full_years(self, call: s.Call) -> Node:
        return FullYears(call.at, YEARS, self.date(self.need(call, 1, 1)[0]))

    def _year(self, call: s.Call) -> Node:
        return YearOf(call.at, YEARS, self.date(self.need(call, 1, 1)[0]))

    def _repeated(self, call: s.Call) -> Node:
        window, test = self.need(call, 2, 2)
        if not isinstance(window, s.Duration) or window.unit == "day":
            message = f"{call.name} 先写多少期，例如 {call.name}(2 years, rd_total >= 100万元)"
            raise ExpressionError("E008", window.at, message)
        if not 1 <= window.count <= _MOST_REPEATS:
            raise ExpressionError("E006", window.at, f"期数应是 1 到 {_MOST_REPEATS}")
        if self.shift[1]:
            raise ExpressionError("E002", call.at, "in_each、in_any 里不能再写 in_each、in_any")
        parts: list[Node] = []
        for back in range(window.count):
            self.shift = (window.unit, back)
            try:
                parts.append(self.truth(test))
            finally:
                self.shift = ("year", 0)
        if call.name == "in_each":
            return AllOf(call.at, tuple(parts))
        return AnyOf(call.at, tuple(parts))

    def _word(self, call: s.Call, what: str, known: object) -> str:
        (argument,) = self.need(call, 1, 1)
        if not isinstance(argument, s.Name | s.Quoted):
            raise ExpressionError("E008", argument.at, f"{call.name} 里应为{what}的编号")
        if known is not None and argument.value not in cast("set[str]", known):
            names = list(cast("set[str]", known))
            message = f"没有{what} {argument.value}{nearest(argument.value, names)}"
            raise ExpressionError("E003", argument.at, message)
        return argument.value

    def _score(self, call: s.Call) -> Node:
        name = self._word(call, "评分", set(self.scope.scores))
        return ScoreValue(call.at, self.scope.scores[name], name)

    def _verdict(self, call: s.Call) -> Node:
        arguments = self.need(call, 1, 2)
        known = None if self.scope.policies is None else set(self.scope.policies)
        first = s.Call(call.at, call.name, arguments[:1])
        policy = self._word(first, "政策", known)
        if len(arguments) == 1:
            return VerdictValue(call.at, policy)
        condition = arguments[1]
        if not isinstance(condition, s.Name):
            raise ExpressionError("E008", condition.at, "这里应为条件的编号，例如 SME-2")
        return VerdictValue(call.at, policy, condition.value)

    def _manual(self, call: s.Call) -> Node:
        texts = self.need(call, 1, 2)
        if not all(isinstance(one, s.Quoted) for one in texts):
            raise ExpressionError(
                "E008", call.at, 'manual 里应为引号中的说明：manual("中文", "English")'
            )
        self.judgements += 1
        words = [one.value for one in texts if isinstance(one, s.Quoted)]
        name = self.scope.rule + (f".{self.judgements}" if self.judgements > 1 else "")
        return Manual(call.at, name, words[0], words[-1])

    def _lookup(self, call: s.Call) -> Node:
        table, key = self.need(call, 2, 2)
        if not isinstance(table, s.Name):
            raise ExpressionError(
                "E008", table.at, "lookup 先写表的编号，例如 lookup(caps, industry)"
            )
        known = self.scope.tables
        if table.value not in known:
            message = f"没有表 {table.value}{nearest(table.value, known)}"
            raise ExpressionError("E003", table.at, message)
        found = known[table.value]
        subject = self.node(key)
        if subject.type != found.codes:
            raise self.units(key.at, subject.type, found.codes, "对照（表的键）")
        otherwise: Constant | None = None
        if call.otherwise is not None:
            other = self.beside(call.otherwise, found.type)
            if not isinstance(other, Fixed):
                raise ExpressionError("E004", call.otherwise.at, "else 后面应为写明的值")
            otherwise = other.value
        rows = tuple(found.rows.items())
        return Lookup(call.at, found.type, table.value, subject, rows, otherwise)

    # Bands and choices

    def band(self, syntax: s.Banded) -> Node:
        """``band(x, >= 5%: 20, else: 0)``. Raises ExpressionError."""
        subject = self.number(syntax.subject)
        kind = cast("NumberType", subject.type)
        rows: list[tuple[Sign, Node, Points]] = []
        for row in syntax.rows:
            threshold = self.number(row.threshold)
            if together(kind, cast("NumberType", threshold.type)) is None:
                raise self.units(row.threshold.at, kind, threshold.type, "比较")
            if any(type(one).__name__ in _FROM_FACTS for one in walk(threshold)):
                raise ExpressionError("E009", row.threshold.at, "band 的界限应为常数或参数")
            rows.append((row.sign, threshold, self.span(row.value)))
        self._in_order(syntax, rows)
        otherwise = self.span(syntax.otherwise)
        value = self.united([*(points for _sign, _threshold, points in rows), otherwise])
        return Band(syntax.at, value, subject, tuple(rows), otherwise)

    def _in_order(self, syntax: s.Banded, rows: list[tuple[Sign, Node, Points]]) -> None:
        before: Fraction | None = None
        direction = ""
        for written, (sign, threshold, _points) in zip(syntax.rows, rows, strict=True):
            if sign == "=":
                continue
            if direction and sign[0] != direction:
                raise ExpressionError(
                    "E009", written.at, "band 的各档要么都用 >=、>，要么都用 <=、<"
                )
            direction = sign[0]
            value = threshold.value if isinstance(threshold, Fixed) else None
            if isinstance(value, Fraction) and before is not None:
                wrong = value > before if direction == ">" else value < before
                if wrong or value == before:
                    order = "从大到小" if direction == ">" else "从小到大"
                    message = f"band 的各档应{order}排列，先满足的一档算数"
                    raise ExpressionError("E009", threshold.at, message)
            before = value if isinstance(value, Fraction) else before

    def span(self, syntax: s.Syntax) -> Points:
        """A value of a band: a constant or a span of two."""
        written = (syntax.low, syntax.high) if isinstance(syntax, s.Span) else (syntax,)
        ends = [self.number(one) for one in written]
        for end in ends:
            if any(type(one).__name__ in _FROM_FACTS for one in walk(end)):
                raise ExpressionError("E009", end.at, "band 的值应为常数、参数或区间（7..8）")
        values = [one.value for one in ends if isinstance(one, Fixed)]
        if len(values) == 2 and cast("Fraction", values[0]) > cast("Fraction", values[1]):
            raise ExpressionError("E009", ends[0].at, "区间应从小到大，例如 7..8")
        high = ends[1] if len(ends) == 2 else None
        return Points(syntax.at, self.united(ends), ends[0], high)

    def points(self, syntax: s.Syntax) -> Node:
        """A number of a rule; alone it may be a span."""
        return self.span(syntax) if isinstance(syntax, s.Span) else self.node(syntax)

    def choice(self, syntax: s.Choice) -> Node:
        """``if … then … else …``. Raises ExpressionError."""
        condition = self.truth(syntax.condition)
        then, otherwise = self.points(syntax.then), self.points(syntax.otherwise)
        if isinstance(then.type, TruthType) and isinstance(otherwise.type, TruthType):
            return IfElse(syntax.at, TRUTH, condition, then, otherwise)
        if isinstance(then.type, NumberType) and isinstance(otherwise.type, NumberType):
            kind: Type = self.united([then, otherwise])
        elif then.type == otherwise.type:
            kind = then.type
        else:
            raise self.units(syntax.at, then.type, otherwise.type, "放在 then 和 else 里")
        return IfElse(syntax.at, kind, condition, then, otherwise)

    # Names

    def constant_name(self, name: str, at: int) -> Node | None:
        """A parameter or the date of application."""
        if name == "application_date":
            return ApplicationDate(at)
        if name == "application_year":
            return ApplicationYear(at, YEARS)
        if name in self.scope.parameters:
            found = self.scope.parameters[name]
            return Parameter(at, found.type, name, found.values)
        return None

    def condition(self, name: str, at: int) -> Node:
        """Another condition of the policy."""
        return ConditionValue(at, name)

    def term(self, name: str, at: int) -> Node:
        """What a term stands for, in the place where it is used."""
        if name in self.open_terms:
            ring = " → ".join([*self.open_terms[self.open_terms.index(name) :], name])
            raise ExpressionError("E010", at, f"词条互相引用成了一个圈：{ring}")
        self.open_terms.append(name)
        try:
            return self.node(self.scope.terms[name])
        except ExpressionError as error:
            if error.rule == "E010":
                raise
            message = f"词条 {name} 有错：{error.message}"
            raise ExpressionError(error.rule, at, message) from error
        finally:
            self.open_terms.pop()

    # Codes

    def as_code(self, syntax: s.Syntax, kind: Type) -> Node:
        """A word beside a code: one of its list. Raises ExpressionError."""
        assert isinstance(syntax, s.Name | s.Quoted)
        if isinstance(kind, TextType) and isinstance(syntax, s.Quoted):
            return Fixed(syntax.at, kind, syntax.value)
        if not isinstance(kind, CodeType):
            raise self.unknown(syntax.value, syntax.at)
        if not self.has_code(kind, syntax.value):
            if kind.public:
                message = f"代码表 {kind.codes} 没有代码 {syntax.value}"
            else:
                codes = self._own(kind)
                titled = [code for code, title in codes.items() if title == syntax.value]
                hint = f"，请写代码 {titled[0]}" if titled else nearest(syntax.value, codes)
                message = f"代码表 {kind.codes} 没有 {syntax.value}{hint}"
            raise ExpressionError("E007", syntax.at, message)
        return Fixed(syntax.at, kind, syntax.value)

    def unknown(self, name: str, at: int) -> ExpressionError:
        """A name that nothing has; ``Checker`` gives it."""
        raise NotImplementedError

    def has_code(self, kind: CodeType, code: str) -> bool:
        """Whether the list has the code; a public list that is not at hand has every code."""
        if not kind.public:
            return code in self._own(kind)
        tree = self.scope.public_codes.get(kind.codes)
        return tree is None or code in tree

    def _own(self, kind: CodeType) -> dict[str, str]:
        lists = {one.id: one for one in self.scope.dictionary.code_lists}
        return {choice.id: str(choice.title) for choice in lists[kind.codes].choices}

    def below(self, kind: Type, code: str) -> list[Constant]:
        """The code and every code below it."""
        assert isinstance(kind, CodeType)
        tree = self.scope.public_codes.get(kind.codes)
        found: list[Constant] = [code]
        if not kind.public or tree is None:
            return found
        for entry in tree.children(code):
            found += self.below(kind, entry.code)
        return found

    def words(self, kind: Type) -> str:
        """A type in words."""
        return named(kind, self.scope.dictionary)


_FROM_FACTS: Final = frozenset(
    [
        "FactValue",
        "Over",
        "Growth",
        "OfHoldings",
        "Attribute",
        "ScoreValue",
        "FullYears",
        "ConditionValue",
        "VerdictValue",
        "Manual",
        "Lookup",
    ]
)
"""Nodes that differ from firm to firm."""
