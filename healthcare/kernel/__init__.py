"""Value types without I/O: money, local-date periods, telephone numbers."""
