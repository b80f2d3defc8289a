"""Decisions of prediction: pure functions, no database, no clock."""
