"""DEMAND: what was promised to whom, at what price, and whether it may go."""
