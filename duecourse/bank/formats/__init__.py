"""Bank files to statements: bytes in, statements out, or a refusal that names file and line. Pure."""
