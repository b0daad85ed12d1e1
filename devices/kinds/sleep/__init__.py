"""Sleep by a watch, a mat or a recorder: its payload, its limits, its table."""
