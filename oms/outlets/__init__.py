"""The roof: notifications, webhooks, start page and search; sees every room, seen by none."""
