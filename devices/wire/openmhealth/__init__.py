"""Open mHealth and IEEE 1752.1 in: data points as entries like any other."""
