"""One JSON layer over the library, for the explorer and for programs."""
