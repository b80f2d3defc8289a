"""How an installation is set up: settings, addresses, the embedded database, the two commands."""
