"""Decisions of collection: pure functions, no database, no clock."""
