"""Decisions of notices: pure functions, no database, no clock."""
