"""The proof that a product everybody wants is never promised twice."""
