"""Character n-grams of words: how they are hashed to rows, and vectors made of those rows."""
