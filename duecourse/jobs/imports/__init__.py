"""Take-overs from other systems: a file becomes rows and rejects, a dry run shows both, a person lets the rows in."""
