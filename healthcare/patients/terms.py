"""Which terms people are shown now. A consent keeps the version that it was given to."""

CURRENT = "2026-11"
"""Change it with the words of `portal.my.consent`: earlier consents still say what they saw."""

OF_AGE = 18
"""Full years from which a person agrees for themselves; before, a guardian does."""
