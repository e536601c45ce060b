"""The call desk: find the caller, the verdict, the script, the form."""
