"""Sizes of the demo, shared by its methods: minutes on two CPU cores."""

encoder = dict(
    arch=None, img_size=96, patch_size=8, embed_dims=128, depth=6, num_heads=4, drop_path_rate=0.0
)
decoder = dict(embed_dims=96, depth=2, num_heads=4)

data_root = "data/toy/imagenet/train"
epochs = 30
warmup_epochs = 2
batch_size = 64
base_lr = 2e-3  # per 256 pictures; a small model on few pictures takes far more than the paper's
val_root = None
workers = 1
device_batch_size = 64
log_interval = 10  # iterations
save_interval = 5  # epochs, as the next two
val_interval = 5
figure_interval = 10
