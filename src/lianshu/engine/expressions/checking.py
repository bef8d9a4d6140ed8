"""The tree as written to the typed tree: names, types, units."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, cast

from lianshu.engine.expressions import syntax as s
from lianshu.engine.expressions.checking_calls import CallChecker
from lianshu.engine.expressions.parser import parse
from lianshu.engine.expressions.problems import ExpressionError, nearest
from lianshu.engine.expressions.scope import Scope
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    Constant,
    Duration,
    Fixed,
    Growth,
    IsAbsent,
    Negative,
    Node,
    Not,
    OneOf,
    Settled,
    Shifted,
    Sign,
)
from lianshu.engine.expressions.types import (
    DATE,
    MONEY,
    PLAIN,
    SHARE,
    TEXT,
    TRUTH,
    AgeType,
    CodeType,
    DateType,
    DurationType,
    NumberType,
    TextType,
    TruthType,
    Type,
    named,
    product,
    together,
)
from lianshu.engine.expressions.walking import walk

_LITERALS: Final = {"plain": PLAIN, "percent": SHARE, "money": MONEY}


def check_truth(text: str, scope: Scope) -> Node:
    """The typed tree of a condition. Raises ExpressionError."""
    return Checker(scope).truth(parse(text))


def check_number(
    text: str,
    scope: Scope,
    *,
    undefined: Fraction | None = None,
    absent: Fraction | None = None,
    wanted: NumberType | None = None,
) -> Node:
    """The typed tree of a number: a score, an amount. ``undefined`` and ``absent`` take its place
    when it divides by zero or less, or rests on a fact known to be absent. Raises
    ExpressionError."""
    written = parse(text)
    found = Checker(scope).points(written)
    if not isinstance(found.type, NumberType):
        raise ExpressionError("E004", written.at, "这里应为一个数，现在不是")
    if wanted is not None and together(found.type, wanted) is None:
        given, asked = named(found.type, scope.dictionary), named(wanted, scope.dictionary)
        raise ExpressionError("E005", written.at, f"这里应为{asked}，现在是{given}")
    return Settled(found.at, found.type, found, undefined, absent)


class Checker(CallChecker):
    """Types one expression in a scope."""

    def node(self, syntax: s.Syntax) -> Node:
        match syntax:
            case s.Number():
                return Fixed(syntax.at, _LITERALS[syntax.kind], syntax.value)
            case s.Day():
                return Fixed(syntax.at, DATE, syntax.value)
            case s.Quoted():
                return Fixed(syntax.at, TEXT, syntax.value)
            case s.Truth():
                return Fixed(syntax.at, TRUTH, syntax.value)
            case s.Duration():
                if syntax.unit == "quarter":
                    return Duration(syntax.at, 3 * syntax.count, "month")
                return Duration(syntax.at, syntax.count, syntax.unit)
            case s.Name():
                return self.name(syntax)
            case s.Indexed():
                return self.indexed(syntax)
            case s.Method():
                return self.method(syntax)
            case s.Call():
                return self.call(syntax)
            case s.Banded():
                return self.band(syntax)
            case s.Choice():
                return self.choice(syntax)
            case s.Span():
                raise ExpressionError(
                    "E002", syntax.at, "区间（7..8）只能作 band 的值或一项评分，由专家在其中决定"
                )
            case _:
                return self._composed(syntax)

    def _composed(self, syntax: s.Syntax) -> Node:
        match syntax:
            case s.Operation():
                return self._operation(syntax)
            case s.Minus():
                inner = self.number(syntax.inner)
                kind = cast("NumberType", inner.type)
                if isinstance(inner, Fixed) and isinstance(inner.value, Fraction):
                    return Fixed(syntax.at, kind, -inner.value)
                return Negative(syntax.at, kind, inner)
            case s.Comparison():
                return self._comparison(syntax)
            case s.Member():
                return self._member(syntax)
            case s.Absence():
                inner = self.node(syntax.inner)
                found: Node = IsAbsent(syntax.at, inner)
                return Not(syntax.at, found) if syntax.negated else found
            case s.Logic():
                parts = tuple(self.truth(part) for part in syntax.parts)
                if syntax.word == "and":
                    return AllOf(syntax.at, parts)
                return AnyOf(syntax.at, parts)
            case s.Negation():
                return Not(syntax.at, self.truth(syntax.inner))
            case _:
                raise AssertionError(syntax)

    # Names

    def name(self, syntax: s.Name) -> Node:
        """Attribute of the holding looked at, fact, parameter, term or condition."""
        name, at = syntax.value, syntax.at
        found: Node | None = self.attribute(name, at)
        if found is None:
            found = self.constant_name(name, at)
        if found is not None:
            return found
        if self.kind is None:
            if name in self.scope.dictionary.facts_by_id:
                return self.bare(name, at)
            if name in self.scope.terms:
                return self.term(name, at)
            if name in self.scope.conditions:
                return self.condition(name, at)
        raise self.unknown(name, at)

    def unknown(self, name: str, at: int) -> ExpressionError:
        """The error for a name that nothing has."""
        if self.kind is not None:
            attributes = [
                one.id for one in self.scope.dictionary.holdings_by_id[self.kind].attributes
            ]
            known = [*attributes, "valid", "valid_from", "valid_to", *self.scope.parameters]
            if name in self.scope.dictionary.facts_by_id or name in self.scope.terms:
                message = (
                    f"where 里只看 {self.kind} 的各项，不能用企业的 {name}{nearest('', known)}"
                )
                return ExpressionError("E003", at, message)
            message = f"{self.kind} 没有 {name} 这一项{nearest(name, known)}"
            return ExpressionError("E003", at, message)
        if name in self.scope.dictionary.holdings_by_id:
            message = f"{name} 是持有事项，请写 exists({name} where …) 或 count({name} where …)"
            return ExpressionError("E004", at, message)
        if name in ("today", "now"):
            message = f"没有 {name}：一切按申请日期看，请写 application_date"
            return ExpressionError("E003", at, message)
        known = [*self.scope.values(), *self.scope.conditions, "application_date"]
        return ExpressionError("E003", at, f"不认识名称 {name}{nearest(name, known)}")

    # Arithmetic

    def number(self, syntax: s.Syntax) -> Node:
        """A node that is a number. Raises ExpressionError."""
        found = self.node(syntax)
        if not isinstance(found.type, NumberType):
            given = named(found.type, self.scope.dictionary)
            raise ExpressionError("E004", syntax.at, f"这里应为数，现在是{given}")
        self._no_compound(found)
        return found

    def _no_compound(self, found: Node) -> None:
        if isinstance(found, Growth) and found.how == "compound":
            message = "compound_growth 只能直接与一个常数比较，例如 … >= 20%"
            raise ExpressionError("E004", found.at, message)

    def _operation(self, syntax: s.Operation) -> Node:
        left, right = self.node(syntax.left), self.node(syntax.right)
        if isinstance(left.type, DateType):
            return self._moved(syntax, left, right)
        for one, written in ((left, syntax.left), (right, syntax.right)):
            if not isinstance(one.type, NumberType):
                given = named(one.type, self.scope.dictionary)
                raise ExpressionError("E004", written.at, f"运算的两边应为数，现在是{given}")
            self._no_compound(one)
        assert isinstance(left.type, NumberType)
        assert isinstance(right.type, NumberType)
        if syntax.sign == "/" and isinstance(right, Fixed) and cast("Fraction", right.value) <= 0:
            raise ExpressionError("E004", syntax.right.at, "除数是零或负数，没有意义，请核对")
        if syntax.sign in "*/":
            kind = product(left.type, right.type, 1 if syntax.sign == "*" else -1)
            return Arithmetic(syntax.at, kind, syntax.sign, left, right)
        both = together(left.type, right.type)
        if both is None:
            raise self.units(syntax.at, left.type, right.type, "相加减")
        return Arithmetic(syntax.at, both, syntax.sign, left, right)

    def _moved(self, syntax: s.Operation, left: Node, right: Node) -> Node:
        if isinstance(right, Duration) and syntax.sign in "+-":
            return Shifted(syntax.at, 1 if syntax.sign == "+" else -1, left, right)
        if isinstance(right.type, DateType) and syntax.sign == "-":
            return Age(syntax.at, right, left)
        message = "日期只能加减时长（如 3 years），或减去另一个日期"
        raise ExpressionError("E004", syntax.at, message)

    def units(self, at: int, left: Type, right: Type, what: str) -> ExpressionError:
        """The error for units that do not go together."""
        words = self.scope.dictionary
        message = f"{named(left, words)}不能与{named(right, words)}{what}{_unit_hint(left, right)}"
        return ExpressionError("E005", at, message)

    # Comparisons

    def _comparison(self, syntax: s.Comparison) -> Node:
        left, right = self.pair(syntax.left, syntax.right)
        sign: Sign = syntax.sign
        kinds = (type(left.type), type(right.type))
        if kinds == (NumberType, NumberType):
            self._numbers(syntax, left, right)
        elif kinds == (AgeType, DurationType) or kinds == (DateType, DateType):
            pass
        elif kinds == (DurationType, AgeType):
            mirrored = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}.get(sign, sign)
            left, right, sign = right, left, cast("Sign", mirrored)
        elif kinds == (TruthType, TruthType) and isinstance(right, Fixed) and sign in ("=", "!="):
            return left if right.value == (sign == "=") else Not(syntax.at, left)
        elif isinstance(left.type, CodeType | TextType) and left.type == right.type:
            if sign not in ("=", "!="):
                raise ExpressionError("E004", syntax.at, "代码和文字只能比较 = 或 !=")
        else:
            raise self.units(syntax.at, left.type, right.type, "比较")
        if isinstance(left.type, AgeType) and sign in ("=", "!="):
            raise ExpressionError("E004", syntax.at, "时间与时长只能比较 >=、>、<=、<")
        return Compare(syntax.at, sign, left, right, self.scope.undefined, self.scope.absent)

    def _numbers(self, syntax: s.Comparison, left: Node, right: Node) -> None:
        assert isinstance(left.type, NumberType)
        assert isinstance(right.type, NumberType)
        if together(left.type, right.type) is None:
            raise self.units(syntax.at, left.type, right.type, "比较")
        self._no_compound(right)
        if isinstance(left, Growth) and left.how == "compound" and not is_constant(right):
            raise ExpressionError("E004", right.at, "compound_growth 只能与常数或参数比较")

    def pair(self, left: s.Syntax, right: s.Syntax) -> tuple[Node, Node]:
        """Both sides; a bare word beside a code is a code of its list."""
        if isinstance(left, s.Name) and not self.known(left.value):
            if isinstance(right, s.Name) and not self.known(right.value):
                raise self.unknown(left.value, left.at)
            second = self.node(right)
            return self.as_code(left, second.type), second
        first = self.node(left)
        return first, self.beside(right, first.type)

    def beside(self, syntax: s.Syntax, kind: Type) -> Node:
        """The node of what stands beside a value of ``kind``."""
        if isinstance(kind, CodeType):
            bare = syntax.value if isinstance(syntax, s.Name) else None
            if isinstance(syntax, s.Quoted) or (
                bare is not None and (self.has_code(kind, bare) or not self.known(bare))
            ):
                return self.as_code(syntax, kind)
            if isinstance(syntax, s.Number):
                shown = int(syntax.value) if syntax.value.denominator == 1 else 39
                raise ExpressionError("E007", syntax.at, f'代码请加引号，例如 "{shown}"')
        return self.node(syntax)

    def known(self, name: str) -> bool:
        """Whether a bare word names a value here."""
        if self.kind is not None:
            if self.attribute(name, 0) is not None:
                return True
            return name in self.scope.parameters or name.startswith("application_")
        return (
            name in self.scope.values()
            or name in self.scope.conditions
            or name.startswith("application_")
        )

    # Sets

    def _member(self, syntax: s.Member) -> Node:
        left = self.node(syntax.left)
        if isinstance(left.type, TruthType | AgeType | DurationType):
            raise ExpressionError(
                "E004", syntax.left.at, f"{syntax.word} 的左边应为代码、文字、数或日期"
            )
        within = syntax.word == "within"
        if within and not isinstance(left.type, CodeType):
            raise ExpressionError("E004", syntax.at, "within 的左边应为代码，例如行业或地区")
        values: list[Constant] = []
        names: list[str] = []
        for choice in syntax.choices:
            one = self.beside(choice, left.type)
            if not isinstance(one, Fixed):
                raise ExpressionError("E004", choice.at, f"{syntax.word} 里只能列常数")
            if one.type != left.type and not self._fits(one.type, left.type):
                raise self.units(choice.at, left.type, one.type, "比较")
            names.append(str(one.value))
            values += self.below(left.type, str(one.value)) if within else [one.value]
        found: Node = OneOf(syntax.at, left, tuple(dict.fromkeys(values)), tuple(names), within)
        return Not(syntax.at, found) if syntax.negated else found

    def _fits(self, one: Type, other: Type) -> bool:
        return (
            isinstance(one, NumberType)
            and isinstance(other, NumberType)
            and together(one, other) is not None
        )


def _unit_hint(left: Type, right: Type) -> str:
    """How to write the side that lacks its unit."""
    bare = any(isinstance(one, NumberType) and one.plain for one in (left, right))
    money = any(isinstance(one, NumberType) and one.powers == MONEY.powers for one in (left, right))
    if money and bare:
        return "；金额请写单位，例如 1500万元、0元"
    if AgeType() in (left, right) and bare:
        return "；时间请写单位，例如 3 years、18 months、365 days"
    if DateType() in (left, right) and bare:
        return "；日期写成 2026-04-01，只比年份用 year(…)"
    if isinstance(left, NumberType) and isinstance(right, DurationType):
        return "；这里只写数字；要写时长用 age(…)"
    if money:
        return "；两边应是同一种量，例如都是金额，或先相除得到比值"
    return ""


def is_constant(node: Node) -> bool:
    """Whether a node reads no fact: it is the same for every firm on a day."""
    from_facts = [
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
    return all(type(one).__name__ not in from_facts for one in walk(node))
