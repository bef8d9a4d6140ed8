"""Reading the register."""

from lianshu.registry.queries.organisations import (
    all_chains,
    all_regions,
    organisation_by_id,
    organisations_for,
)

__all__ = ["all_chains", "all_regions", "organisation_by_id", "organisations_for"]
