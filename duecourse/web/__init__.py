"""The screens for staff; thin, one module per room."""
