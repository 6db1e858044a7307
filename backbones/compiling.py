"""The modes of `torch.compile` that commands offer."""

COMPILE_MODES = ("default", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")
GRAPH_MODES = ("reduce-overhead", "max-autotune")  # those that record CUDA graphs
