"""What notices is asked: plain values for pages, facts for rules."""
