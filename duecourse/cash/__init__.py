"""Which items does this money pay? Owns payments, proposals and their application."""
