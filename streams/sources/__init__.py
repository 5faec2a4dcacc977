"""Adapters from what the departments' systems send to touchpoints."""
