"""No tables yet: every figure is computed from items, postings and payments as of the day asked for."""
