"""How strong the water still runs: pressures by EPANET, of values only. Knows no Django."""
