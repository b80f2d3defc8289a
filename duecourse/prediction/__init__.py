"""When will each open item be paid, and how sure is that? Models of payment behaviour, and what they said of each item."""
