"""Words with their vectors: nearest neighbours, analogies, comparisons; exact and approximate search."""
