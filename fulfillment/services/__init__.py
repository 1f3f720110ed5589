"""What matching can do: source orders, work the floor, label, ship and follow parcels."""
