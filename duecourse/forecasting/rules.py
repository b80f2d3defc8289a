"""Decisions of forecasting: pure functions, no database, no clock."""
