"""Nobody in who should not be: the matrix of who may what, and the attacks that must fail."""
