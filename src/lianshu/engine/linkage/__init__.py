"""Which firm is which: rows of a list and firms of a register, with a probability and reasons.

    index = Index.build(records)
    links = link(rows, index)              # one for each row, in their order
    index.put(record); index.remove(id)
    links = relink(rows, links, index, changed_ids)     # what they do not touch stays as it was
    doubles(records, index)                # which other firm each registered one may be
    sentence(links[0].reasons[0], "zh")

Method and figures: docs/linkage.md.
"""

from lianshu.engine.linkage.index import Index
from lianshu.engine.linkage.linking import doubles, link, relink
from lianshu.engine.linkage.model import Candidate, Decision, Link, Reason, Record
from lianshu.engine.linkage.names import normal_name, plain_name, take_apart
from lianshu.engine.linkage.reasons import sentence

__all__ = [
    "Candidate",
    "Decision",
    "Index",
    "Link",
    "Reason",
    "Record",
    "doubles",
    "link",
    "normal_name",
    "plain_name",
    "relink",
    "sentence",
    "take_apart",
]
