"""Where and how ImageNet-1K runs: the paper's batch on devices of any number and size."""

data_root = "data/imagenet/train"
val_root = None  # data/imagenet/val: then the supervised baseline measures its top-1
workers = 8  # loader processes a device
batch_size = 4096  # pictures of one optimiser step, over all devices
device_batch_size = 64  # most pictures on a device at a time; the rest is accumulated
log_interval = 20  # iterations
save_interval = 5  # epochs, as the next two
val_interval = 10
figure_interval = 20
