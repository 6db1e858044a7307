"""How long the slow parts of a report take, each beside another way of doing it."""
