"""What people tell us: reports taken, placed, judged, answered, followed up."""
