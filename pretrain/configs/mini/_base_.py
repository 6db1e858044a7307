"""Sizes for about 900 real pictures: ViT-S/16 at 128 pixels, minutes on a GPU."""

encoder = dict(arch="small", img_size=128, patch_size=16, drop_path_rate=0.0)
decoder = dict(embed_dims=192, depth=4, num_heads=6)

data_root = "data/imagenet-mini/train"
epochs = 400
warmup_epochs = 20
batch_size = 128
device_batch_size = 128
base_lr = 6e-4  # per 256 pictures
val_root = None
workers = 4
log_interval = 5  # iterations
save_interval = 20  # epochs, as the next two
val_interval = 20
figure_interval = 50
