"""The use cases: each one transaction, with at least one event inside it.

Every function takes the record it is about first and everything else by keyword; `by` is the
acting user (None where the system acts by itself) and `at` the time, timezone-aware. Exceptions
stand beside the function that raises them and say what to do. `workflow.TransitionRefused` is
raised for a step out of order.

    desk        what people tell us: reports taken, placed, judged, answered
    shutdown    from a report to a plan in force, held against other works
    field       the steps that the crew carries out, and opening again what was shut
    outages     planned outages, stopped plants, estimates, repair, restored, closed, cancelled
    papers      sheet, permit and leader's word, before the public hears
    publishing  what people are told, on which ways
    callbacks   asking users whether the work was done well
    orders      orders to departments and crews
    duties      who must do what about an outage
    exchange    the dispatch centre: told of large outages, its answers and anomalies
    supply      where people fetch water meanwhile
    shifts      who is on duty, and handing over
    monthly     the monthly report: drafted, written, its actions followed
    systems     other systems, each with a token of its own
    rules       policy, limits and their clocks, the registers, alerts, codes
    once        a form counts once, however often it is sent
"""
