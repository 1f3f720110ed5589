"""SUPPLY: what there is, where, and what is coming."""
