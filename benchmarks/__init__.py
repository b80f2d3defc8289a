"""Benchmarks: each prints its data, seed, settings and versions, and both sides of a ratio from the same run."""
