"""What forms are made of: panels, instants, telephones, records by name, yes and no."""
