"""Where and how ImageNet-1K runs: the paper's batch on devices of any number and size."""

data_root = "data/imagenet/train"  # or a folder of shards, path or URL
val_root = None  # data/imagenet/val: then the supervised baseline measures its top-1
workers = None  # loader processes a device; None: by its cores (backbones/runs/machine.py)
decoding = "scaled"  # or whole, as published code does (backbones/pictures/decode.py)
prefetch = None  # batches fetched ahead by each; None: by the machine
batch_size = 4096  # pictures of one optimiser step, over all devices
device_batch_size = 64  # most pictures on a device at a time; the rest is accumulated
log_interval = 20  # iterations
save_interval = 5  # epochs, as the next two
val_interval = 10
figure_interval = 20
save_iterations = None  # in place of save_interval, for epochs that outlast a queue's limit
