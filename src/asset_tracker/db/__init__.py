"""PostgreSQL: engine, transaction, embedded server."""
