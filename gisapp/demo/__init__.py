"""The demo: a town, its past, and what happens in it when somebody looks for the first time."""
