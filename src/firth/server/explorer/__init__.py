"""What the pages of the explorer request: one file per chapter, each a thin layer over the library."""
