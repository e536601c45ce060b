"""Bring a network in from files: read, understand, node, check, publish.

`intake` opens what was handed in, `layers` and `epanet` read it, `crs` finds its place on earth,
`mapping` and `vocabulary` name its columns, `tables` and `assets` understand its values, `drawing`
puts it together, `publishing` stores it, `run` is all of it in order.
"""
