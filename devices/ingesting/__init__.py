"""The steps of `devices.ingest`, in order: holders, judging, partitions, storing, advising."""
