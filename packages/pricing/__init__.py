"""What a history of choices costs: proration, tax, usage, terms. Pure, integer money, no clock.

`replay` (module `timeline`) turns a typed history into documents; `preview` is its JSON door. The
billing run and the page where a member changes package call the same functions.
"""
