"""Real PostgreSQL: happy path, refusals, event, race."""
