"""Words with their vectors, and the questions that can be asked of them."""
