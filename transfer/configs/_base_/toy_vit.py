"""The demo's encoder, the same as in pretrain/configs/demo: one place for its size."""

toy_vit = dict(arch=None, embed_dims=96, depth=4, num_heads=3, patch_size=12, img_size=96)
