"""Closed loops as data: what they are made of, the proof that they are closed. No Django.

loaded = load_loop(path); check_loop(loaded) → findings; check_files([folder]) → Checked
behaviour_hash(loop), texts_of(loop) · ways_to_ends(Graph(loop)) · diff_loops(old, new) · draw(loop)
"""

from lianshu.engine.loops.check import check_loop
from lianshu.engine.loops.diff import Change, diff_loops, moved_steps
from lianshu.engine.loops.drawing import draw
from lianshu.engine.loops.graph import Edge, Graph
from lianshu.engine.loops.loading import Checked, check_files, load_loop
from lianshu.engine.loops.model import Action, End, EndKind, Loop, Role, Stage, Step
from lianshu.engine.loops.occurrences import Occurrence, days_of, occurrences
from lianshu.engine.loops.schedule import Opening, Rhythm, Schedule, check_schedule
from lianshu.engine.loops.texts import behaviour_hash, behaviour_of, texts_of
from lianshu.engine.loops.walk import ways_to_ends
from lianshu.engine.worktime import Limit, Unit, parse_limit

__all__ = [
    "Action",
    "Change",
    "Checked",
    "Edge",
    "End",
    "EndKind",
    "Graph",
    "Limit",
    "Loop",
    "Occurrence",
    "Opening",
    "Rhythm",
    "Role",
    "Schedule",
    "Stage",
    "Step",
    "Unit",
    "behaviour_hash",
    "behaviour_of",
    "check_files",
    "check_loop",
    "check_schedule",
    "days_of",
    "diff_loops",
    "draw",
    "load_loop",
    "moved_steps",
    "occurrences",
    "parse_limit",
    "texts_of",
    "ways_to_ends",
]
