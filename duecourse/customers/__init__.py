"""Who buys from us, and on which terms? Owns customers, accounts per company, contacts, aliases and bank accounts."""
