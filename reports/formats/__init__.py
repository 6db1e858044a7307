"""A report in every format: one file each."""
