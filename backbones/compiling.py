"""What `torch.compile` may be asked for on a command line."""

COMPILE_MODES = ("default", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")
