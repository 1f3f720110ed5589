"""The pure core that decides which locations ship an order: frozen dataclasses in, explained decisions out."""
