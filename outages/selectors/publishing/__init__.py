"""What goes out: the ways out, how they fare, who wants nothing on them."""
