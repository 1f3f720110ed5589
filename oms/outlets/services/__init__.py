"""The acts of the roof, each one transaction."""
