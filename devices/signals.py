"""What devices tells the rooms above it, without knowing them.

`readings_stored(readings, received_at, archived)`: these readings (`StoredReading`, `StoredNight`)
are being stored; sent inside their transaction, so that what a receiver writes stands or falls with
them. `archived`: they come from a file of the past and ring nobody, however fresh.

`readings_suspect(patient_ids, item_ids, received_at)`: values from which a person should act, in
items that went to quarantine (`QuarantinedItem` ids) as they arrived; also inside the transaction.
"""

from django.dispatch import Signal

readings_stored = Signal()
readings_suspect = Signal()
