"""What rows said before: the old values of every table that people change, and who changed them."""
