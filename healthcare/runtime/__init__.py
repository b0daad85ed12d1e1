"""What makes the project run from a clone: embedded PostgreSQL, its queue, the processes."""
