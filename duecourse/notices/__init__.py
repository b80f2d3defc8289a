"""Which task or notice waits for which person? Tasks and notifications for people."""
