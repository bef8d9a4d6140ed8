"""Closed loops as data: what they are made of, the proof that they are closed. No Django.

loaded = load_loop(path); check_loop(loaded) → findings
"""

from lianshu.engine.loops.check import check_loop
from lianshu.engine.loops.graph import Edge, Graph
from lianshu.engine.loops.model import EndKind, Loop, Role, Stage, Step
from lianshu.engine.worktime import Limit, Unit, parse_limit

__all__ = [
    "Edge",
    "EndKind",
    "Graph",
    "Limit",
    "Loop",
    "Role",
    "Stage",
    "Step",
    "Unit",
    "check_loop",
    "parse_limit",
]
