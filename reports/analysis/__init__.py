"""What readings mean: pure functions from readings and nights to facts.

Nothing here reads a clock, a database or a setting of Django. `summary.summarise` is the one
entry; `facts` holds every type that goes in or comes out.
"""
