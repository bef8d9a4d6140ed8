"""Questions about lists, coverage, campaigns and pairs, within what the actor may see."""
