"""Downstream protocols: configs for COCO, ADE20K and ImageNet, the runner, recording hooks, suites.

Importing this package imports nothing else: the configs name the modules they need in
`custom_imports`, so that a detection run never pays for the segmentation code base.
"""
