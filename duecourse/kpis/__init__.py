"""How are we doing? Owns no tables but its snapshots; every figure has its formula and its items."""
