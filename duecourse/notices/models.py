"""Tables, choices and constraints of notices; nothing that decides."""
