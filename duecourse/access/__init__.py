"""Who may do what here? Owns organisations, companies, users, roles, invitations and API keys."""
