"""Plays a demo shop on until it holds an order, a parcel, a return and a bulk act in every state worth a picture.

``python -m tools.stages FILE`` works in the database of the environment and writes the pages by name as JSON. Whatever
people do is done here through the same acts; only what takes days or a broken neighbour is set by hand.
"""
