"""Nearest rows: exact for one query or many, and approximate along a graph."""
