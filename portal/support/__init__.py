"""Pages of the support desk: membership by exact look-up, and records that may be of one person."""
