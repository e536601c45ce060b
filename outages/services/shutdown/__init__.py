"""The plan of a shutdown: made, argued, put in force, held against other works."""
