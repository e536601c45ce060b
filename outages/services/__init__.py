"""The use cases: each one transaction, with at least one event inside it.

Every function takes the record it is about first and everything else by keyword; `by` is the
acting user (None where the system acts by itself) and `at` the time, timezone-aware. Exceptions
stand beside the function that raises them and say what to do. `workflow.TransitionRefused` is
raised for a step out of order.

    calls      calls that named no place
    reports    what people tell us: take, place, merge, answer
    plans      propose, adjust, approve, adopt, abort
    work       orders and the steps that the crew carries out
    reopening  opening again what was shut, and what stays shut
    outages    planned outages, estimates, repair, restored, closed, cancelled
    notices    what people are told
"""
