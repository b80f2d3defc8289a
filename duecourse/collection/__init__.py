"""Whom do we contact today, about what, and what was said? Contacts and the worklist's policy."""
