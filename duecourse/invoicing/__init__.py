"""What did we bill? Owns invoices and credit notes with gapless numbers, tax and terms."""
