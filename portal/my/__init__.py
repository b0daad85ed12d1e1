"""Pages for members: their own readings, packages, invoices, consent."""
