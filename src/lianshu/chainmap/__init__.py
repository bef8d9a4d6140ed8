"""The chain map of a city: products, who makes them, where a chain breaks, what is done about it.

`engine.chains` computes and defines the words (docs/chains.md); this app keeps the records, decides
who sees what, and turns a gap into an act.
"""
