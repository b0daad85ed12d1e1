"""From a subscriber file to six outcomes, one module a step.

reading    the file as a checked stream of records; refuses a file that is damaged as a whole
cells      one cell to its normal form, or a reason why not
columns    the layout: which columns there are, how each is read, where each is kept
area       where the checked rows of a file wait for their load: a schema of its own
staging    checked records by COPY into the area; the bad ones kept with their reason
chunks     the area's rows as a whole for the proposal, and chunk by chunk for the load
matching   rows against each other and against the database, in sets
claims     who holds which number from which day: pure, for the few rows that are contested
contests   the contested rows out of the database, and the verdicts back in
merging    everything written, in one pass over each table
rejects    held and rejected rows as a file to correct and send again
"""
