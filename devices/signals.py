"""What devices tells the rooms above it, without knowing them.

`readings_stored(patient_ids, crises, received_at, archived)`: readings of these people are being
stored, among them these `crises` (`StoredReading`), from which a person should act. `archived`:
they come from a file of the past and ring nobody, however fresh. Sent inside their transaction, so
that what a receiver writes stands or falls with them, and as the role of ingest, which sees no
values: a receiver that needs more acts in a scope of its own. Plain readings that share a commit,
none of them a crisis, tell it by the function `devices_readings_stored` in the database instead,
whose body the room that listens gives it (`reports/migrations/0007_news_follow.py`).

`readings_suspect(patient_ids, item_ids, received_at)`: values from which a person should act, in
items that went to quarantine (`QuarantinedItem` ids) as they arrived; sent in the same way.

`readings_retracted(lost, gained, at)`: these readings (`stored_rows.Identity`) no longer count, and
those came in their place, of the same person or another; also inside the transaction, in the scope
of the people whose they are. What was made of them has to be made anew.
"""

from django.dispatch import Signal

readings_stored = Signal()
readings_suspect = Signal()
readings_retracted = Signal()
