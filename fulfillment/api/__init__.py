"""Matching over the API: fulfillment orders, shipments and parcels."""
