"""UPS: its REST APIs Rating, Shipping, Tracking, Pickup and Track Alert."""
