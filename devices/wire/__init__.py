"""From the formats that devices speak to plain values; nothing here does I/O."""
