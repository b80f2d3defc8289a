"""What happens in notices: each a transaction, a permission and at least one event."""
