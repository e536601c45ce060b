"""The graph that a network makes, and the questions it answers.

Pure: no Django, no database, no clock. Pipes and junctions are vertices, a pipe end
at a junction is an edge, and a valve is a cut. `elements` are the tables that come in;
`noding` and `check` make sound ones of what a GIS holds; `engine` answers a burst;
`argument` says why and what else; `risk` asks of every pipe and valve in advance.
`graphs` hands out networkx graphs, `reference` is the answer in readable networkx, kept
to check the fast one, and `contract` is the answer as scripts read it.
"""
