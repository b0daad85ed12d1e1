"""Invitations: people whom an import made known are asked, and decide for themselves."""
