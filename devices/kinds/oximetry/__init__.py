"""Pulse oximetry, a night or a moment: its payload, limits, codes, table and simulator."""
