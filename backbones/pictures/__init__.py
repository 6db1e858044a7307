"""Folders of pictures as data: reading, views, batches, and their way onto the device."""
