"""DHL Express: its REST API “MyDHL API” 3."""
