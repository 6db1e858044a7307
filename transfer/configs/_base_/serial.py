"""Data loading for small runs on a CPU: by the process itself."""

serial = dict(num_workers=0, persistent_workers=False, pin_memory=False)
