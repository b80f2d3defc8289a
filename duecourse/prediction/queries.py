"""What prediction is asked: plain values for pages, facts for rules."""
