"""What may be done to an asset, and what is known of it."""
