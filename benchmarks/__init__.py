"""Each hot path beside its raw limit, measured in the same run: `make bench`."""
