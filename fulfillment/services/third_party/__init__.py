"""Third parties (3PL): what they answer, what is written to them, and reading what they send."""
