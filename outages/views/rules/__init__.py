"""The rules on screen: policy, registers, limits kept and overstepped, alerts, interruptions."""
