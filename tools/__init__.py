"""The workshop: what sets up, tests and photographs the system, and is not part of it."""
