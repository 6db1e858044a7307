"""Sizes for about 900 real pictures: ViT-Ti/16 at 128 pixels, minutes on two CPU cores."""

encoder = dict(arch="tiny", img_size=128, patch_size=16, drop_path_rate=0.0)
decoder = dict(embed_dims=96, depth=2, num_heads=4)

data_root = "data/imagenet-mini/train"
epochs = 10  # far too few to learn much from; hundreds want a GPU
warmup_epochs = 1
batch_size = 32
device_batch_size = 32
base_lr = 4e-3  # per 256 pictures
val_root = None
workers = 0
log_interval = 5  # iterations
save_interval = 2  # epochs, as the next two
val_interval = 10
figure_interval = 10
