"""What do the books say? Owns accounts, own bank accounts, exchange rates, periods and balanced journal entries."""
