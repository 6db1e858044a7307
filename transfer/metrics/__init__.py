"""Metrics that keep what later statistics need: exact values and per-image records.

Each knows, after an evaluation, `exact` (its values in percent, unrounded) and how to `save` its
per-image files into a folder, which returns their names by role.
"""
