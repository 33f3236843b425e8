"""The field: what a phone takes along on a round, and what it brings back in other ways than its own."""
