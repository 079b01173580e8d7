"""Files of vectors, one format per file.

Each reads into `StoredVectors` and writes from it, and knows nothing of models.
"""
