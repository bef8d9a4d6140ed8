"""Tokens to the tree as written. The grammar stands in docs/language.md."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final, Literal, cast

from lianshu.engine.expressions.problems import MOST_DEPTH, ExpressionError
from lianshu.engine.expressions.syntax import (
    Absence,
    Banded,
    BandRow,
    Call,
    Choice,
    Comparison,
    Day,
    Duration,
    Indexed,
    Logic,
    Member,
    Method,
    Minus,
    Name,
    Negation,
    Number,
    Operation,
    Quoted,
    Span,
    Syntax,
    Truth,
)
from lianshu.engine.expressions.tokens import Token, tokens_of

KEYWORDS: Final = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "within",
        "is",
        "absent",
        "if",
        "then",
        "else",
        "where",
        "since",
        "true",
        "false",
        "band",
    ]
)
"""Words that name nothing else."""
_COMPARISONS: Final = (">=", ">", "<=", "<", "=", "!=")
_UNITS: Final[dict[str, Literal["year", "quarter", "month", "day"]]] = {
    "year": "year",
    "years": "year",
    "quarter": "quarter",
    "quarters": "quarter",
    "month": "month",
    "months": "month",
    "day": "day",
    "days": "day",
}


def parse(text: str) -> Syntax:
    """The tree of an expression. Raises ExpressionError with the place of the first defect."""
    return _Parser(tokens_of(text)).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def whole(self) -> Syntax:
        if self.at_end():
            raise ExpressionError("E002", 0, "表达式是空的，请写出来")
        found = self.expression()
        if not self.at_end():
            raise self.expected("运算符（如 >=、and）或表达式的结尾")
        return found

    def at_end(self) -> bool:
        return self.token.kind == "end"

    def expected(self, what: str) -> ExpressionError:
        token = self.token
        given = "表达式的结尾" if token.kind == "end" else f"“{token.text}”"
        hint = ""
        if token.text in ("AND", "OR", "NOT", "IN"):
            hint = f"；请用小写 {token.text.lower()}"
        elif token.text == "between":
            hint = "；请写成 a <= x and x <= b"
        elif token.text == "," and self.place and self.tokens[self.place - 1].kind == "number":
            hint = "；数字里不写逗号"
        return ExpressionError("E002", token.at, f"这里应为{what}，现在是{given}{hint}")

    def sign(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def word(self, *words: str) -> bool:
        return self.token.kind == "name" and self.token.text in words

    def take(self) -> Token:
        token = self.token
        self.place += 1
        return token

    def need(self, sign: str) -> Token:
        if not self.sign(sign):
            raise self.expected(f" {sign} ")
        return self.take()

    def need_word(self, word: str) -> Token:
        if not self.word(word):
            raise self.expected(f" {word} ")
        return self.take()

    def expression(self) -> Syntax:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise ExpressionError("E011", self.token.at, f"嵌套超过 {MOST_DEPTH} 层，请拆开")
        found = self.disjunction()
        self.depth -= 1
        return found

    def disjunction(self) -> Syntax:
        return self.logic("or")

    def conjunction(self) -> Syntax:
        return self.logic("and")

    def logic(self, word: Literal["and", "or"]) -> Syntax:
        below = self.conjunction if word == "or" else self.negation
        parts = [below()]
        while self.word(word):
            self.take()
            parts.append(below())
        return parts[0] if len(parts) == 1 else Logic(parts[0].at, word, tuple(parts))

    def negation(self) -> Syntax:
        if self.word("not"):
            at = self.take().at
            self.depth += 1
            if self.depth > MOST_DEPTH:
                raise ExpressionError("E011", at, f"嵌套超过 {MOST_DEPTH} 层，请拆开")
            inner = self.negation()
            self.depth -= 1
            return Negation(at, inner)
        return self.comparison()

    def comparison(self) -> Syntax:
        left = self.sum()
        if self.sign(*_COMPARISONS):
            token = self.take()
            right = self.sum()
            if self.sign(*_COMPARISONS):
                raise ExpressionError(
                    "E002", self.token.at, "不能连写比较，请写成 a <= x and x <= b"
                )
            sign = cast("Literal['>=', '>', '<=', '<', '=', '!=']", token.text)
            return Comparison(token.at, sign, left, right)
        if self.word("is"):
            at = self.take().at
            negated = self.word("not")
            if negated:
                self.take()
            self.need_word("absent")
            return Absence(at, negated, left)
        negated = self.word("not")
        if negated:
            self.take()
        if self.word("in", "within"):
            token = self.take()
            word = cast("Literal['in', 'within']", token.text)
            return Member(token.at, word, negated, left, self.choices())
        if negated:
            raise self.expected(" in 或 within ")
        return left

    def choices(self) -> tuple[Syntax, ...]:
        if not self.sign("("):
            return (self.sum(),)
        self.take()
        found = [self.sum()]
        while self.sign(","):
            self.take()
            found.append(self.sum())
        self.need(")")
        return tuple(found)

    def sum(self) -> Syntax:
        left = self.product()
        while self.sign("+", "-"):
            token = self.take()
            sign = cast("Literal['+', '-']", token.text)
            left = Operation(token.at, sign, left, self.product())
        if self.sign(".."):
            at = self.take().at
            return Span(at, left, self.product())
        return left

    def product(self) -> Syntax:
        left = self.unary()
        while self.sign("*", "/"):
            token = self.take()
            sign = cast("Literal['*', '/']", token.text)
            left = Operation(token.at, sign, left, self.unary())
        return left

    def unary(self) -> Syntax:
        if self.sign("-"):
            at = self.take().at
            self.depth += 1
            if self.depth > MOST_DEPTH:
                raise ExpressionError("E011", at, f"嵌套超过 {MOST_DEPTH} 层，请拆开")
            inner = self.unary()
            self.depth -= 1
            return Minus(at, inner)
        found = self.primary()
        while self.sign("[", "."):
            found = self.indexed(found) if self.take().text == "[" else self.method(found)
        return found

    def indexed(self, target: Syntax) -> Syntax:
        words: list[str] = []
        at = self.token.at
        while not self.sign("]"):
            if self.token.kind == "end":
                raise self.expected(" ] ")
            words.append(self.take().text)
        self.take()
        if not words:
            raise ExpressionError("E006", at, "方括号里应为期间，例如 [last year] 或 [year-2]")
        label = " ".join(words).replace(" - ", "-")
        return Indexed(target.at, target, label, at)

    def method(self, target: Syntax) -> Syntax:
        if self.token.kind != "name":
            raise self.expected("名称，例如 sum")
        name = self.take()
        if not self.sign("("):
            return Method(target.at, target, name.text, name.at, None)
        self.take()
        arguments, since = self.arguments(with_since=True)
        return Method(target.at, target, name.text, name.at, arguments, since)

    def arguments(self, *, with_since: bool) -> tuple[tuple[Syntax, ...], Syntax | None]:
        found: list[Syntax] = []
        since: Syntax | None = None
        if not self.sign(")"):
            found.append(self.expression())
            while self.sign(","):
                self.take()
                found.append(self.expression())
        if with_since and self.word("since"):
            self.take()
            since = self.expression()
        self.need(")")
        return tuple(found), since

    def primary(self) -> Syntax:
        token = self.token
        if token.kind in ("number", "percent", "money"):
            return self.number()
        if token.kind == "date":
            self.take()
            assert isinstance(token.value, date)
            return Day(token.at, token.value)
        if token.kind == "text":
            self.take()
            return Quoted(token.at, token.text)
        if self.sign("("):
            self.take()
            found = self.expression()
            self.need(")")
            return found
        if token.kind == "name":
            return self.named()
        raise self.expected("数、名称、引号中的文字或左括号")

    def number(self) -> Syntax:
        token = self.take()
        assert isinstance(token.value, Fraction)
        if token.kind == "number" and self.token.kind == "name" and self.token.text in _UNITS:
            if token.value.denominator != 1:
                raise ExpressionError("E006", token.at, "时长应为整数，例如 18 months")
            return Duration(token.at, int(token.value), _UNITS[self.take().text])
        kind = cast(
            "Literal['plain', 'percent', 'money']",
            "plain" if token.kind == "number" else token.kind,
        )
        return Number(token.at, token.value, kind)

    def named(self) -> Syntax:
        token = self.take()
        if token.text in ("true", "false"):
            return Truth(token.at, token.text == "true")
        if token.text == "if":
            condition = self.expression()
            self.need_word("then")
            then = self.expression()
            self.need_word("else")
            return Choice(token.at, condition, then, self.expression())
        if token.text == "band":
            return self.band(token.at)
        if token.text in KEYWORDS:
            self.place -= 1
            raise self.expected("数、名称、引号中的文字或左括号")
        if self.sign("("):
            return self.call(token)
        return Name(token.at, token.text)

    def call(self, name: Token) -> Syntax:
        self.need("(")
        arguments: list[Syntax] = []
        where: Syntax | None = None
        otherwise: Syntax | None = None
        while not self.sign(")"):
            if self.word("else"):
                self.take()
                if self.sign(":"):
                    self.take()
                otherwise = self.expression()
                break
            arguments.append(self.expression())
            if self.word("where"):
                self.take()
                where = self.expression()
                break
            if not self.sign(","):
                break
            self.take()
        self.need(")")
        return Call(name.at, name.text, tuple(arguments), where, otherwise)

    def band(self, at: int) -> Syntax:
        self.need("(")
        subject = self.expression()
        rows: list[BandRow] = []
        while True:
            self.need(",")
            if self.word("else"):
                self.take()
                self.need(":")
                otherwise = self.sum()
                break
            if not self.sign(">=", ">", "<=", "<", "="):
                raise self.expected(" >=、>、<=、< 或 else（band 的每一档写成 >= 5%: 20）")
            token = self.take()
            sign = cast("Literal['>=', '>', '<=', '<', '=']", token.text)
            threshold = self.sum()
            self.need(":")
            rows.append(BandRow(token.at, sign, threshold, self.sum()))
        self.need(")")
        if not rows:
            raise ExpressionError("E009", at, "band 至少要有一档，例如 >= 5%: 20")
        return Banded(at, subject, tuple(rows), otherwise)
