"""Ranking that learns from judgements. No Django here.

    model = learn(demands, resources, labels)               # labels: Label(demand, resource, level)
    scores = model.score(Candidates(demands, resources, demand_rows, resource_rows))
    scores.level, scores.chances, scores.confidence, scores.rank_score
    explain(model, demand, resource)                        # what moved the score, by group
    ask(model, demand, resources)                           # the 8 whose judgement helps most
    write_model(model, folder); load(folder)

`learn` works with no labels (a lexical prior), few (a kernel regression moves the prior) and many
(trees on text features, places within the list, and judgements of similar pairs). A demand that
somebody judged candidates of takes the warm path, any other the cold one.
"""

from lianshu.engine.matching.ranking.asking import Question, ask
from lianshu.engine.matching.ranking.explaining import Evidence, Explained, explain
from lianshu.engine.matching.ranking.labels import Label
from lianshu.engine.matching.ranking.learning import learn
from lianshu.engine.matching.ranking.model import FEATURES, Candidates, Model, Scores
from lianshu.engine.matching.ranking.ordinal import Settings
from lianshu.engine.matching.ranking.recall import Vectors, recalled
from lianshu.engine.matching.ranking.store import ModelError, load, write_model

__all__ = [
    "FEATURES",
    "Candidates",
    "Evidence",
    "Explained",
    "Label",
    "Model",
    "ModelError",
    "Question",
    "Scores",
    "Settings",
    "Vectors",
    "ask",
    "explain",
    "learn",
    "load",
    "recalled",
    "write_model",
]
