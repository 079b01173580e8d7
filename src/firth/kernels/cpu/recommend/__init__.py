"""Recommenders: tables of items, nearest sequences, items that come again, and ranks of answers."""
