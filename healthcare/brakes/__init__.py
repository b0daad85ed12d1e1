"""Brakes: one switch each that stops charges, deliveries or invitations at once."""
