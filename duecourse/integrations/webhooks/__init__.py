"""Webhooks out: one message to one address over HTTPS, never into our own network."""
