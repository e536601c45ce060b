"""What people are told: notices and messages, to whom, in which words, on which ways."""
