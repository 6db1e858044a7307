"""MMEngine hooks of the transfer runs."""
