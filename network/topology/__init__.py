"""The graph that a network makes, and the questions it answers.

Pure: no Django, no database, no clock. Pipes and junctions are vertices, a pipe end
at a junction is an edge, and a valve is a cut. `build` turns tables of assets into a
`Topology`; `isolate` answers a burst on it; `graphs` hands out networkx graphs;
`reference` is the same answer in readable networkx, kept to check the fast one.
"""
