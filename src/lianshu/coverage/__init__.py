"""Coverage: lists of firms compared with the register, and whom nothing reaches yet."""
