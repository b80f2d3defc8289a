"""Tailoring: how does this company say and keep things its own way? Owns reason codes, custom fields with their values, and texts."""
