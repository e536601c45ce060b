"""The answer itself: which valves to close and who loses water, exact and at once.

`ground` and `build` make a `Topology` of tables of assets; `ready` numbers one state of
its valves so that `lookup` answers at once, and `search` answers what look-up cannot.
`isolation` is the door: it takes whichever of the two fits.
"""
