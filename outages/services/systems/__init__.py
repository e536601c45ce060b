"""Other systems that speak with this one, each with a token of its own. One idea a module.

tokens    who may send, and what
once      a key stands for one thing, however often it is sent
reports   what platforms and hotlines hear of
exchange  the dispatch centre: messages both ways, anomalies
calls     the telephone system: how long each caller waited
"""
