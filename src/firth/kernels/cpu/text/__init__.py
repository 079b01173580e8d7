"""Bytes to clean text, clean text to counted ids."""
