"""What the importer needs to know about the register."""

from __future__ import annotations

from lianshu.imports.targets import register_target
from lianshu.registry.importing_chains import CHAIN_MEMBERS, LIAISONS
from lianshu.registry.importing_facts import FACTS
from lianshu.registry.importing_holdings import HOLDINGS
from lianshu.registry.importing_organisations import ORGANISATIONS

for target in (ORGANISATIONS, FACTS, HOLDINGS, CHAIN_MEMBERS, LIAISONS):
    register_target(target)
