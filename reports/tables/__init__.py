"""Tables: one kind a file, all of them a `Table`."""
