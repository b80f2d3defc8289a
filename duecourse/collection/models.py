"""Tables, choices and constraints of collection; nothing that decides."""
