"""The shapes that all screens share: who acts, POSTs carried out once, the map's frame."""
