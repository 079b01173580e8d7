"""Approximate nearest neighbours: an index that finds most of the nearest rows and reads few."""
