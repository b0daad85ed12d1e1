"""Weight by a scale at home: its payload, its limits, its codes, its table, its simulator."""
