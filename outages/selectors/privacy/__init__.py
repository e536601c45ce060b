"""One customer's file, who may know what is in it, and who looked."""
