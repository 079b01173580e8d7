"""Language models: words in, a probability for every word of the vocabulary out."""
