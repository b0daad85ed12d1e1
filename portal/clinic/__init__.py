"""Pages for clinicians: the worklist, a patient, reports."""
