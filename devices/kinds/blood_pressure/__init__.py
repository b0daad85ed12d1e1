"""Blood pressure by a cuff: its payload, its limits, its table."""
