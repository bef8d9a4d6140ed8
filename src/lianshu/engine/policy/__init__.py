"""Policies as data: conditions, scores, amounts, evaluated on the date of application. No Django.

pack = load_pack([folder], dictionary, codes); evaluate(policy, firm, day, policies=pack.policies)
→ Decision. Scenarios: prepare(pack, policy), run(pack, prepared). Format: docs/policies.md.
"""

from lianshu.engine.policy.compiled import ItemRule, Policy, Rule, ScoreRule
from lianshu.engine.policy.evaluating import Decision, Evaluator, evaluate, facts_of, meanings
from lianshu.engine.policy.firms import FirmProblem, FirmReader
from lianshu.engine.policy.loading import Pack, load_pack, policy_folders
from lianshu.engine.policy.model import Condition, Item, PolicyDefinition, Scenario, Score
from lianshu.engine.policy.scenarios import Failure, Prepared, Run, prepare, run

__all__ = [
    "Condition",
    "Decision",
    "Evaluator",
    "Failure",
    "FirmProblem",
    "FirmReader",
    "Item",
    "ItemRule",
    "Pack",
    "Policy",
    "PolicyDefinition",
    "Prepared",
    "Rule",
    "Run",
    "Scenario",
    "Score",
    "ScoreRule",
    "evaluate",
    "facts_of",
    "load_pack",
    "meanings",
    "policy_folders",
    "prepare",
    "run",
]
