"""The `firth recommend` command: next items from sequences."""
