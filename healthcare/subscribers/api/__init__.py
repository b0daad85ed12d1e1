"""Imports for operators' staff over HTTP."""
