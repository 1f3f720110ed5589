"""DHL Parcel Germany: its APIs Shipping 2, Returns 1, Pickup 3 and Shipment Tracking (Unified)."""
