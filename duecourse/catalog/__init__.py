"""What do we sell, at which price and tax? Owns products, prices and tax rates by country and date."""
