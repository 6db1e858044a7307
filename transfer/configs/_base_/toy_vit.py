"""The demo's encoder, the same as in pretrain/configs/demo: one place for its size."""

toy_vit = dict(arch=None, embed_dims=128, depth=6, num_heads=4, patch_size=8, img_size=96)
