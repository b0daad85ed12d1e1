"""Pages of the platform's administrators: who did and who saw what; nobody's data."""
