"""What happens in prediction: each a transaction, a permission and at least one event."""
