"""Tables, choices and constraints of forecasting; nothing that decides."""
