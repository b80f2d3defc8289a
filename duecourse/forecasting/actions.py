"""What happens in forecasting: each a transaction, a permission and at least one event."""
