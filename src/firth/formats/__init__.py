"""Files of vectors, one format per file; each reads into and writes from `StoredVectors`, and knows nothing of models."""
