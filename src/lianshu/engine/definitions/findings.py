"""What is wrong with a definition, said so that a person can put it right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1, the column in characters."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: where (line and column from 1, None for the whole file), which rule, what to do.

    The fields are those of every ``--json`` check of the command line.
    """

    file: str
    line: int | None
    column: int | None
    rule: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
            if self.column is not None:
                place += f":{self.column}"
        return f"{place} {self.rule} {self.message}"


class DefinitionError(ValueError):
    """A definition that cannot be used; ``findings`` holds every defect, in reading order."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def finding_at(mark: Mark, *, rule: str, message: str, severity: Severity = "error") -> Finding:
    """The finding of ``rule`` at ``mark``."""
    return Finding(mark.file, mark.line, mark.column, rule, severity, message)


def report(findings: Sequence[Finding]) -> dict[str, object]:
    """The answer of a check: ``{"ok", "findings"}``, ok when there is no error among them."""
    return {
        "ok": all(finding.severity != "error" for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }
