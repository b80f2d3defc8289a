"""Tables, choices and constraints of prediction; nothing that decides."""
