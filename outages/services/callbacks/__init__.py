"""Asking users whether the work was done well. One idea a module; each is imported by itself.

    drawing    an order is finished: by SMS or by telephone
    hearing    what came of the SMS: the answer, none, not arrived
    rating     what users say by the link
    asking     the questions on the telephone and at the door
    solving    the order that a dissatisfied user gives rise to
    following  that order was worked off: the user is asked again
    improving  what a department makes of it

`drawing` and `following` are called by the orders; the others call them.
"""
