"""Who fits whom and why: recall by words and characters, fused, with reasons. No Django here."""

from lianshu.engine.matching.explain import Explainer, Profile
from lianshu.engine.matching.matcher import Candidate, Direction, Match, Matcher, match
from lianshu.engine.matching.posts import Facets, Post, Readiness
from lianshu.engine.matching.reasons import SEPARATOR, Reason, Term, line

__all__ = [
    "SEPARATOR",
    "Candidate",
    "Direction",
    "Explainer",
    "Facets",
    "Match",
    "Matcher",
    "Post",
    "Profile",
    "Readiness",
    "Reason",
    "Term",
    "line",
    "match",
]
