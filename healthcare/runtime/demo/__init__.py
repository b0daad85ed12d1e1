"""The demo: the product, driven by its own commands and its own HTTP, nothing beside it."""
