"""Who may do what to which table: the one list, its triggers, and the two roles."""
