"""What demand can do."""
