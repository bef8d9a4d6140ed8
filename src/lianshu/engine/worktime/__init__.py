"""Working time: limits as definitions write them, and the calendar that says when they are over."""

from lianshu.engine.worktime.limits import Limit, LimitText, Unit, parse_limit

__all__ = ["Limit", "LimitText", "Unit", "parse_limit"]
