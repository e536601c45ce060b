"""Addresses of the maps: `layers.urls.staff` for the control room, `layers.urls.public` for all."""
