"""Cases and orders: their pages, lists and acts."""
