"""Work that is done outside of a request: kept in PostgreSQL, taken up by a worker, ended exactly once."""
