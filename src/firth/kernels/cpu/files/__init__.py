"""Lines of numbers to float32, float32 to the fewest digits, and the rows of fastText files."""
