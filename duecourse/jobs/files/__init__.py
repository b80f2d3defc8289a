"""Commands that work on plain files: the same pure rules as the live system, without a database."""
