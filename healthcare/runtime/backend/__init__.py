"""Django's PostgreSQL backend, which brings its own server when none is named."""
