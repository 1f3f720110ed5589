"""What every endpoint shares: problems, strict JSON, paging, permissions and the viewset of declared actions."""
