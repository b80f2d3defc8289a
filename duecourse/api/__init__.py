"""JSON v1 for programs; thin, one module per room."""
