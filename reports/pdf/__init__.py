"""Facts become a two-page A4 report: `report.render(document)` returns the bytes."""
