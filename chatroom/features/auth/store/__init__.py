"""How identity is kept: `identifiers`, `passwords`, `codes` and `sessions`."""
