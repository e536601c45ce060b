"""Words that several screens share. Texts only; nothing is decided here."""
