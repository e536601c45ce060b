"""Users asked whether the work was done well."""
