"""What does the bank say? Owns bank files, statements and lines, each taken once and only once."""
