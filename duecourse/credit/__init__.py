"""May this order go out on credit? Owns credit accounts, limits, policies, reservations, checks and holds."""
