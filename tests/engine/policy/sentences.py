"""Random conditions of the language, as text."""

from __future__ import annotations

from pathlib import Path

import yaml
from hypothesis import strategies as st

MONEY = ("revenue", "rd_total", "main_revenue", "profit", "net_assets", "cost")
COUNTS = ("staff", "science_staff")
_PERIODS = ("", "[year-1]", "[year-2]", "[year-3]", "[2024]")
_DAYS = ("registered_on", "segment_since")
_TIMES = ("365 days", "1 year", "3 years", "18 months", "5 years")
_SIGNS = (">=", ">", "<=", "<", "=", "!=")
_FILTERS = (
    "ip_right where class = I and origin != licensed and valid",
    "ip_right where kind in (invention, software) or used_before",
    "award where level in (national, provincial) and rank <= 3 and year >= application_year - 3",
    "certificate where kind = high_tech and valid",
    "certificate where not valid and age(valid_from) > 2 years",
    "market_share where share >= 10% and rank <= 3",
    "standard",
    "equity_round where age(valid_from) <= 2 years and amount / 2 >= 100万元",
)


@st.composite
def money(draw: st.DrawFn, depth: int = 2) -> str:
    """An amount."""
    fact = draw(st.sampled_from(MONEY))
    kinds = ["fact", "over", "literal", "sum", "held"]
    kinds += ["plus", "minus", "extreme", "floor", "choice", "times"] if depth else []
    kind = draw(st.sampled_from(kinds))
    if kind == "over":
        how = draw(st.sampled_from(["sum", "mean", "min", "max", "latest"]))
        since = "" if how == "latest" else draw(st.sampled_from(["", " since registered_on"]))
        # A mean without years has no number; the condition says what comes of it.
        return f"{fact}.{how}({draw(st.integers(1, 3))} years{since})"
    if kind == "literal":
        return draw(st.sampled_from(["0元", "100万元", "5000万元", "2亿元", "300元"]))
    if kind in ("sum", "held"):
        return "sum(equity_round.amount where age(valid_from) <= 2 years)"
    if kind == "plus" or kind == "minus":
        sign = "+" if kind == "plus" else "-"
        return f"({draw(money(depth - 1))} {sign} {draw(money(depth - 1))})"
    if kind == "extreme":
        how = draw(st.sampled_from(["min", "max"]))
        return f"{how}({draw(money(depth - 1))}, {draw(money(depth - 1))})"
    if kind == "floor":
        how = draw(st.sampled_from(["floor", "ceil", "round"]))
        return f"{how}({draw(money(depth - 1))}, 1万元)"
    if kind == "choice":
        condition = draw(tests(depth - 1))
        return f"(if {condition} then {draw(money(depth - 1))} else {draw(money(depth - 1))})"
    if kind == "times":
        return f"{draw(money(depth - 1))} * {draw(st.sampled_from(['10%', '3', '0', '-2', '0.5']))}"
    return fact + draw(st.sampled_from(_PERIODS))


@st.composite
def shares(draw: st.DrawFn) -> str:
    """A share."""
    kind = draw(st.sampled_from(["quotient", "growth", "fact", "people", "compound"]))
    if kind == "growth":
        how = draw(st.sampled_from(["growth", "mean_growth"]))
        return f"{draw(st.sampled_from(MONEY))}.{how}({draw(st.integers(1, 2))} years)"
    if kind == "fact":
        return "rd_domestic_share"
    if kind == "people":
        return "science_staff / staff"
    # Literals are left out below: dividing by one that is zero is refused when it is written.
    below = draw(money(1).filter(lambda text: not text[0].isdigit()))
    return f"{draw(money(1))} / {below}"


@st.composite
def points(draw: st.DrawFn) -> str:
    """Points of a band, or a count."""
    if draw(st.booleans()):
        return f"count({draw(st.sampled_from(_FILTERS))})"
    subject = draw(shares())
    rows = ">= 30%: 10, > 10%: 6, >= 0%: 2" if draw(st.booleans()) else "<= 10%: 1, < 60%: 4"
    return f"band({subject}, {rows}, else: 0)"


@st.composite
def tests(draw: st.DrawFn, depth: int = 2) -> str:
    """A condition."""
    kinds = [
        "money",
        "share",
        "points",
        "age",
        "exists",
        "flag",
        "code",
        "within",
        "absent",
        "years",
        "weighed",
    ]
    kinds += ["and", "or", "not", "each", "manual", "if"] if depth else []
    kind = draw(st.sampled_from(kinds))
    sign = draw(st.sampled_from(_SIGNS))
    if kind == "money":
        return f"{draw(money())} {sign} {draw(money(1))}"
    if kind == "share":
        return f"{draw(shares())} {sign} {draw(st.sampled_from(['3%', '60%', '0%', '1/3']))}"
    if kind == "points":
        return f"{draw(points())} {sign} {draw(st.sampled_from(['0', '1', '2', '6']))}"
    if kind == "age":
        sign = draw(st.sampled_from([">=", ">", "<=", "<"]))
        day = draw(st.sampled_from(_DAYS))
        other = draw(st.sampled_from([f"age({day})", "segment_since - registered_on"]))
        return f"{other} {sign} {draw(st.sampled_from(_TIMES))}"
    if kind == "exists":
        return f"exists({draw(st.sampled_from(_FILTERS))})"
    if kind == "flag":
        return draw(st.sampled_from(["resident", "major_accident", "serious_violation[year-2]"]))
    if kind == "code":
        return draw(st.sampled_from(["legal_form in (limited, branch)", "legal_form != state"]))
    if kind == "within":
        return draw(st.sampled_from(['industry within "39"', 'registered_region not within "33"']))
    if kind == "absent":
        return draw(st.sampled_from(["revenue is absent", "registered_on is not absent"]))
    if kind == "years":
        return f"full_years(registered_on) {sign} {draw(st.integers(0, 6))}"
    if kind == "weighed":
        weight = draw(st.sampled_from(["2 * science_staff", "50% * staff", "staff / 3"]))
        other = f"count({draw(st.sampled_from(_FILTERS))})"
        return f"science_staff - {weight} {sign} 2 * {other} + {draw(points())} / 2"
    if kind == "each":
        how = draw(st.sampled_from(["in_each", "in_any"]))
        return f"{how}(2 years, rd_total >= 100万元 and rd_total / revenue >= 3%)"
    if kind == "manual":
        return 'manual("由专家判断")'
    parts = [draw(tests(depth - 1)) for _ in range(3)]
    if kind == "if":
        return f"(if {parts[0]} then {parts[1]} else {parts[2]})"
    return f"not ({parts[0]})" if kind == "not" else "(" + f" {kind} ".join(parts) + ")"


def sentences() -> st.SearchStrategy[str]:
    """Conditions that a policy can have."""
    return tests()


def policy_of(texts: list[str], folder: Path) -> Path:
    """A pack with one policy whose conditions, score and exemption are these."""
    words = {"zh": "条件", "en": "A condition"}
    outcomes = ["not_met", "unknown", "met", "manual", "not_applicable"]
    conditions = [
        {
            "id": f"C-{number}",
            "title": words,
            "sentence": words,
            "article": "第一条",
            "test": text,
            "zero_denominator": outcomes[number % 5],
            "required": number < 6,
            "when_absent": outcomes[(number + 1) % 5],
        }
        for number, text in enumerate(texts)
    ]
    conditions[0]["exempt"] = [{"when": texts[-1], "reason": words}]
    definition = {
        "id": "random",
        "version": "1",
        "title": words,
        "document": {"number": "一", "title": "一", "issuer": "一"},
        "level": "national",
        "effective": {"from": "2000-01-01"},
        "status": "current",
        "confidence": "U",
        "target": {"sentence": words, "test": texts[1]},
        "conditions": conditions,
        "verdict": "C-0 and (C-1 or not C-2) and C-3 or C-4 and C-5",
    }
    place = folder / "policies" / "random"
    place.mkdir(parents=True)
    (place / "policy.yaml").write_text(yaml.safe_dump(definition, allow_unicode=True), "utf-8")
    return folder
