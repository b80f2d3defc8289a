"""What forecasting is asked: plain values for pages, facts for rules."""
