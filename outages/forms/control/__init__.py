"""What the control room fills in: a burst, a plan, planned works, the course of an outage."""
