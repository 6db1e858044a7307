"""The state of every run under a folder, finished or not."""
