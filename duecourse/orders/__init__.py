"""What did the customer order, what left, what can be billed? Owns orders, deliveries and ready-to-bill lines."""
