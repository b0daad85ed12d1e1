"""What devices tells the rooms above it, without knowing them.

`readings_stored(readings, received_at)`: these readings (`StoredReading`, `StoredNight`) are being
stored; sent inside their transaction, so that what a receiver writes stands or falls with them.

`readings_suspect(patient_ids, item_ids, received_at)`: values from which a person should act, in
items that went to quarantine (`QuarantinedItem` ids) as they arrived; also inside the transaction.

`readings_retracted(lost, gained, at)`: these readings (`retracting.Identity`) no longer count, and
those came in their place, of the same person or another; also inside the transaction, in the scope
of the people whose they are. What was made of them has to be made anew.
"""

from django.dispatch import Signal

readings_stored = Signal()
readings_suspect = Signal()
readings_retracted = Signal()
