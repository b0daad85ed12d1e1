"""The second door for readings: a broker brings what devices publish (docs/formats/mqtt.md)."""
