"""Where compiled code is kept: which folder, and how files in it are checked."""
