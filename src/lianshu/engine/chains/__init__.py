"""The chain map: what needs what, who makes it, where it breaks. On rustworkx; no Django.

edges, makings = read_edges(path), read_makings(path)
graph = ProductGraph(edges.items, makings.items)
local = Makers(graph, among=codes)                     # subclasses=False: exactly that product
gaps = find_gaps(graph, roots=["新能源汽车"], local=local, depth=3)
sourcing(gaps, local=local, everyone=Makers(graph)) · impact(graph, local=local, firms=["600104"])
next_door(…, distance=…) · bridges(…), meeting(…) · substitutes(…) · chain_map(…), segments(…),
flows(…), matrix(…) · check_quality(edges, makings)

The words are defined in docs/chains.md.
"""

from lianshu.engine.chains.bridges import (
    Bridge,
    Chain,
    Filling,
    Meeting,
    bridges,
    chain_firms,
    fillings,
    meeting,
)
from lianshu.engine.chains.gaps import (
    Gap,
    Sourcing,
    count_statuses,
    covered_by,
    find_gaps,
    sourcing,
)
from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.impact import Affected, Change, Impact, impact
from lianshu.engine.chains.makers import Makers
from lianshu.engine.chains.model import (
    MAKES,
    Edge,
    Making,
    Reached,
    Relation,
    Status,
    UnknownProductError,
    status_of,
)
from lianshu.engine.chains.names import code_key, look, nearest, trimmed
from lianshu.engine.chains.nextdoor import Distance, Offer, next_door
from lianshu.engine.chains.quality import Quality, check_quality
from lianshu.engine.chains.reading import (
    Read,
    read_codes,
    read_edges,
    read_makings,
    read_products,
)
from lianshu.engine.chains.substitutes import Substitute, substitutes
from lianshu.engine.chains.summary import (
    ChainMap,
    Flow,
    Link,
    Node,
    Segment,
    chain_map,
    flows,
    matrix,
    segments,
)

__all__ = [
    "MAKES",
    "Affected",
    "Bridge",
    "Chain",
    "ChainMap",
    "Change",
    "Distance",
    "Edge",
    "Filling",
    "Flow",
    "Gap",
    "Impact",
    "Link",
    "Makers",
    "Making",
    "Meeting",
    "Node",
    "Offer",
    "ProductGraph",
    "Quality",
    "Reached",
    "Read",
    "Relation",
    "Segment",
    "Sourcing",
    "Status",
    "Substitute",
    "UnknownProductError",
    "bridges",
    "chain_firms",
    "chain_map",
    "check_quality",
    "code_key",
    "count_statuses",
    "covered_by",
    "fillings",
    "find_gaps",
    "flows",
    "impact",
    "look",
    "matrix",
    "meeting",
    "nearest",
    "next_door",
    "read_codes",
    "read_edges",
    "read_makings",
    "read_products",
    "segments",
    "sourcing",
    "status_of",
    "substitutes",
    "trimmed",
]
