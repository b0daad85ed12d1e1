"""Brakes: one switch each that stops charges or deliveries at once."""
