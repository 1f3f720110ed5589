"""What-if, without a database."""
