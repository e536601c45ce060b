"""What staff see of the network itself: its faults, its assets, and what is recorded of them."""
