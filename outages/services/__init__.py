"""The use cases: each one transaction, with at least one event inside it.

Every function takes the record it is about first and everything else by keyword; `by` is the
acting user (None where the system acts by itself) and `at` the time, timezone-aware. Exceptions
stand beside the function that raises them and say what to do. `workflow.TransitionRefused` is
raised for a step out of order.

    desk        what people tell us: reports taken, placed, judged, answered
    shutdown    from a report to a plan in force, held against other works
    field       the steps that the crew carries out, and opening again what was shut
    outages     planned outages, estimates, repair, restored, closed, cancelled
    papers      sheet, permit and leader's word, before the public hears
    publishing  what people are told, on which ways
    callbacks   asking users whether the work was done well
    orders      orders to departments and crews
    duties      who must do what about an outage
    shifts      who is on duty, and handing over
    rules       policy, limits and their clocks, alerts
"""
