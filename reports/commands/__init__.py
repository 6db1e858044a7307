"""The subcommands of `python -m reports`, one file each."""
