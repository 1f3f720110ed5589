"""The seam between the product and the chaos run: an outside world of its own, and guards that can be taken away."""
