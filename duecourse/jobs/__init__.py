"""What the clock, the queue and the shell start."""
