"""asset_tracker: what was given, where it is, whether it works, and who signed for it."""
