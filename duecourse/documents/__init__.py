"""What do we keep, and what left the house? Owns files, documents and dispatches."""
