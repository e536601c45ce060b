"""For which crew somebody may act: one's own, or any for who runs the control room."""

from outages.models.events import Actor

# Who runs the isolation may enter what a crew tells by telephone: see gisapp.accounts.roles.
CONTROL_ROOM = "outages.plan_isolation"


def crew_code_of(by: Actor) -> str:
    """Return the code of the crew that somebody belongs to, "" for none."""
    return str(getattr(by, "crew_code", None) or "")


def may_act_for(by: Actor, crew_code: str) -> bool:
    """Whether somebody may do what the order of a crew asks; "" asks for the control room.

    A member of a crew may for that crew only, whatever else the account may do. Others need
    the control room's right, so a crew's account that lacks its code may do nothing. The system
    (None) is trusted: it acts only in the course of what a person was let do.
    """
    if by is None:
        return True
    if own := crew_code_of(by):
        return own == crew_code
    return bool(by.has_perm(CONTROL_ROOM))
