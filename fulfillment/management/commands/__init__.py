"""Commands of matching and the floor."""
