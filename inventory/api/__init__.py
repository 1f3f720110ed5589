"""Supply over the API: products, locations, stock and what is available."""
