"""A second opinion on whether a loop is closed, by brute force and sharing no code with the first.

It plays every case that can happen: each state is (step, rated, fields filled in, roles
appointed), and every action anyone can take is taken from every state. It says only yes or no.
"""

from __future__ import annotations

from typing import Any

Case = tuple[str, bool, frozenset[str], frozenset[str]]
Plain = dict[str, Any]


class Oracle:
    """Plays all cases of a loop given as plain data, and notes whatever is wrong."""

    def __init__(self, loop: Plain) -> None:
        self.loop = loop
        self.steps: dict[str, Plain] = {step["id"]: step for step in loop["steps"]}
        self.ends: dict[str, str] = {end["id"]: end["kind"] for end in loop["ends"]}
        self.roles: dict[str, Plain] = {role["id"]: role for role in loop["roles"]}
        self.wrong: set[str] = set()
        self.seen: set[str] = set()

    def closed(self) -> bool:
        """Whether nothing is wrong."""
        self._look_at_each_step()
        if self.loop["start"] in self.steps:
            self._play()
        else:
            self.wrong.add("start")
        if not self.seen >= set(self.steps) or set(self.steps) & set(self.ends):
            self.wrong.add("unreached or ambiguous")
        if not any(self.ends.get(name) == "done" for name in self.seen):
            self.wrong.add("never done")
        for stage in self.loop["stages"]:
            if not any(self.steps[s]["stage"] == stage["id"] for s in self.seen & set(self.steps)):
                self.wrong.add("stage")
        for name in self.steps:
            if not self._gets_out(name, set()):
                self.wrong.add("no way out")
            self._follow_the_clock(name)
        return not self.wrong

    def _play(self) -> None:
        open_cases: list[Case] = [(self.loop["start"], False, frozenset(), frozenset())]
        known = set(open_cases)
        self.seen.add(self.loop["start"])
        while open_cases:
            for following in self._moves(open_cases.pop()):
                if following not in known:
                    known.add(following)
                    open_cases.append(following)

    def _moves(self, case: Case) -> list[Case]:
        name, rated, filled, appointed = case
        step = self.steps[name]
        self._somebody_is_there(step, appointed)
        following: list[Case] = []
        for action in step["actions"]:
            by_itself = (step["overdue"] or {}).get("do") == action["id"]
            own = {field["id"] for field in step["fields"]}
            if set(action["requires"]) - own - filled:
                self.wrong.add("required")
            if action["to"] not in self.steps and action["to"] not in self.ends:
                self.wrong.add("target")
                continue
            if not action["automatic"]:
                good = action["rating"] == "accept" or (rated and action["rating"] is None)
                more = filled | set(action["requires"])
                following += self._arrive(
                    action["to"], good, more, appointed | set(action["assigns"])
                )
            if by_itself:
                still = rated and action["rating"] is None
                following += self._arrive(action["to"], still, filled, appointed)
        return following

    def _arrive(
        self, to: str, rated: bool, filled: frozenset[str], appointed: frozenset[str]
    ) -> list[Case]:
        self.seen.add(to)
        if to in self.steps:
            return [(to, rated and not self.steps[to]["work"], filled, appointed)]
        if self.ends[to] == "done" and not rated:
            self.wrong.add("done unrated")
        again = self.loop["reopening"]
        if again is None or again["to"] not in self.steps:
            return []
        named = again["ends"] or [e for e, kind in self.ends.items() if kind in ("done", "unrated")]
        if to not in named:
            return []
        self.seen.add(again["to"])
        return [(again["to"], False, filled, appointed)]

    def _somebody_is_there(self, step: Plain, appointed: frozenset[str]) -> None:
        acting = {step["actor"], *step["escalate"], (step["overdue"] or {}).get("hand_to")}
        acting |= {name for action in step["actions"] for name in action["by"]}
        for name in acting & set(self.roles):
            if self.roles[name]["bind"] == "assigned" and name not in appointed:
                self.wrong.add("nobody appointed")

    def _look_at_each_step(self) -> None:
        if not any(step["work"] for step in self.steps.values()):
            self.wrong.add("no work")
        for step in self.steps.values():
            if not step["actor"] or not step["limit"]:
                self.wrong.add("actor or limit")
            self._look_at_overdue(step)
            for action in step["actions"]:
                self._look_at_action(step, action)

    def _look_at_overdue(self, step: Plain) -> None:
        due = step["overdue"] or {}
        do, hand_to = due.get("do"), due.get("hand_to")
        if (do is None) == (hand_to is None):
            self.wrong.add("overdue")
        if do is not None:
            chosen = [action for action in step["actions"] if action["id"] == do]
            if not chosen or any(
                chosen[0][key] for key in ("rating", "requires", "assigns", "reasons")
            ):
                self.wrong.add("overdue")
        if hand_to is not None:
            can = [
                action
                for action in step["actions"]
                if not action["automatic"]
                and hand_to in (action["by"] or [hand_to])
                and (action["to"] in self.steps or action["to"] in self.ends)
            ]
            if hand_to == step["actor"] or not can:
                self.wrong.add("overdue")
        if any(a["automatic"] and a["id"] != do for a in step["actions"]):
            self.wrong.add("automatic")

    def _look_at_action(self, step: Plain, action: Plain) -> None:
        judge = self.loop["confirmer"]
        hand_to = (step["overdue"] or {}).get("hand_to")
        who = set(action["by"]) or {step["actor"], hand_to} - {None}
        who |= {self.roles[n]["substitute"] for n in who if n in self.roles} - {None}
        if action["rating"] and who - {judge}:
            self.wrong.add("rater")
        kind = self.ends.get(action["to"])
        judges_too = any(self._one_person(name, judge) for name in who)
        if step["work"] and judges_too and not action["automatic"]:
            self.wrong |= set() if kind in ("withdrawn", "failed") else {"own work"}
        asked = any(other["rating"] == "accept" for other in step["actions"])
        if kind == "unrated" and not (action["automatic"] and asked):
            self.wrong.add("unrated")

    def _one_person(self, one: str, other: str) -> bool:
        binds = {self.roles[name]["bind"] for name in (one, other)}
        return one == other or binds in ({"asker"}, {"coordinator"})

    def _gets_out(self, name: str, tried: set[str]) -> bool:
        """Whether some way leads from the step to an end, by trying all of them."""
        tried.add(name)
        step = self.steps[name]
        do = (step["overdue"] or {}).get("do")
        for action in step["actions"]:
            to = action["to"]
            if action["automatic"] and action["id"] != do:
                continue
            if to in self.ends:
                return True
            if to in self.steps and to not in tried and self._gets_out(to, tried):
                return True
        return False

    def _follow_the_clock(self, name: str) -> None:
        """What happens when nobody ever acts must come to rest."""
        here = name
        for _ in range(len(self.steps)):
            do = (self.steps[here]["overdue"] or {}).get("do")
            to = [action["to"] for action in self.steps[here]["actions"] if action["id"] == do]
            if not to or to[0] not in self.steps:
                return
            here = to[0]
        self.wrong.add("circle")
