"""What this room tells higher ones, inside the transaction in which it happens.

A receiver works in sets over what it is given (an import may end thousands of lines at once), and
an error in it takes the whole change back. It runs in the system scope of the caller.
"""

from django.dispatch import Signal

lines_ended = Signal()
"""Lines have ended, changed their number or were suspended: pending messages to these numbers and
planned charges on these contracts end. Gives `ends` (a list of `line_ends.LineEnd`), `today`, `now`
and `by`."""

ends_undone = Signal()
"""These contracts had ended by mistake: a roll-back made them live again. Gives `contract_ids`,
`today`, `now` and `by`. A receiver may return a sentence on what it could not bring back."""
