"""Figures as SVG and PNG: one file a kind."""
