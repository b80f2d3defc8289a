"""What every room needs and nothing decides: money, call, events, errors, ids, sequences, calendar, fields."""
