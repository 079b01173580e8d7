"""Nearest rows: exact for one query (single.py) or many (batch.py), approximate along a graph (graph.py)."""
