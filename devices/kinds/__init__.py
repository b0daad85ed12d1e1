"""The kinds of devices, one folder each. Everything below is pure: no Django, no I/O."""
