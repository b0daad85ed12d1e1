"""From a subscriber file to six outcomes, one module a step.

reading    the file as a checked stream of records; refuses a file that is damaged as a whole
cells      one cell to its normal form, or a reason why not
columns    the layout: which columns there are, how each is read, where each is kept
staging    checked records by COPY into a temporary table; the bad ones kept with their reason
matching   rows against each other and against the database, in sets
claims     who holds which number from which day: pure, for the few rows that are contested
contests   the contested rows out of the database, and the verdicts back in
merging    everything written, in one pass over each table
rejects    held and rejected rows as a file to correct and send again
"""
