"""Duecourse: order-to-cash and credit management for companies that sell to companies on credit."""
