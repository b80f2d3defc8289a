"""Mail out over SMTP: one message at a time, and a plain answer of what became of it."""
