"""Sizes of the demo, shared by its methods: minutes on two CPU cores."""

encoder = dict(
    arch=None, img_size=96, patch_size=12, embed_dims=96, depth=4, num_heads=3, drop_path_rate=0.0
)
decoder = dict(embed_dims=64, depth=1, num_heads=4)

data_root = "data/toy/imagenet/train"
epochs = 22
warmup_epochs = 2
batch_size = 16
base_lr = 2.4e-2  # per 256 pictures; a tiny model takes far more than the paper's
val_root = None
workers = 0
device_batch_size = 16
log_interval = 10  # iterations
save_interval = 5  # epochs, as the next two
val_interval = 5
figure_interval = 10
