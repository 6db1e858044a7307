"""Metrics that keep what later statistics need: exact values and per-image records.

Each knows, after an evaluation, `exact` (its values in percent, unrounded) and how to `save` its
per-image record into a folder.
"""
