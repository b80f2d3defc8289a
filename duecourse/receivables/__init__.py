"""Who owes what, item by item, on any date? Owns open items, allocations, clearings and marks."""
