"""Payment gateways: one protocol, a registry by code, and the adapters that translate for each provider."""
