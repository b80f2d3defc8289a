"""Cases as tables that a person of the trade can check."""
