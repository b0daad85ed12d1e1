"""Alerts and the worklist: what a hospital should look at, and why, in words."""
