"""The custody ledger: events, their fold, the only writer, and the proofs."""
