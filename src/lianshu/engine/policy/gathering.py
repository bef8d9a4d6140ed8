"""Findings of one file while it is compiled: an expression's defect gets its line and column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from lianshu.engine.definitions import Finding, Loaded, Severity
from lianshu.engine.expressions import ExpressionError, finding_of

T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")


@dataclass
class Gathering(Generic[T]):
    """A loaded file and what is wrong with it."""

    loaded: Loaded[T]
    findings: list[Finding] = field(default_factory=list)

    def says(
        self,
        *path: str | int,
        rule: str,
        message: str,
        severity: Severity = "error",
        key: bool = False,
    ) -> None:
        """Add a finding at ``path``."""
        found = self.loaded.finding(*path, rule=rule, message=message, severity=severity, key=key)
        self.findings.append(found)

    def expression(self, text: str, check: Callable[[str], R], *path: str | int) -> R | None:
        """What ``check`` makes of the expression at ``path``; None after a defect."""
        try:
            return check(text)
        except ExpressionError as error:
            self.findings.append(finding_of(error, self.loaded.mark(*path), text))
            return None
