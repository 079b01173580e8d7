"""Where training runs: a protocol, and one file for each kind of machine."""
