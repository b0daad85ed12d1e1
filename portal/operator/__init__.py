"""Pages for an operator's staff: imports and billing; no health data."""
