"""The interpreter for many firms: it stops where the outcome is settled.

Outcomes, missing facts, scores and amounts are the same as the other's (tested on random firms);
what was compared on the way is not complete, so nothing is explained from it.
"""

from __future__ import annotations

from typing import Final

from lianshu.engine.expressions import readings as r
from lianshu.engine.expressions.interpreter import Interpreter
from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.readings import Judged
from lianshu.engine.expressions.tree import AllOf, AnyOf, Node

_NOT_MET: Final = Judged(Outcome.NOT_MET)
_MET: Final = Judged(Outcome.MET)


class BriefInterpreter(Interpreter):
    """Leaves out the parts of an ``and`` after one that is not met, of an ``or`` after one that is
    met: nothing that follows changes either."""

    def truth(self, node: Node) -> Judged:
        """The outcome of a condition."""
        if isinstance(node, AllOf):
            found = []
            for part in node.parts:
                one = self.truth(part)
                if one.outcome is Outcome.NOT_MET:
                    return _NOT_MET
                found.append(one)
            return r.both(tuple(found))
        if isinstance(node, AnyOf):
            found = []
            for part in node.parts:
                one = self.truth(part)
                if one.outcome is Outcome.MET:
                    return _MET
                found.append(one)
            return r.either(tuple(found))
        return super().truth(node)
