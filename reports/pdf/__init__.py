"""Facts become a two-page A4 report: `render.render(document)` returns the bytes."""
