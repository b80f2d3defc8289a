"""What happens in collection: each a transaction, a permission and at least one event."""
