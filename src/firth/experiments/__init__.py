"""Experiments: train several models of one text and compare them. The only package that both trains and evaluates."""

from firth.experiments.sweep import Cell, Sweep

__all__ = ["Cell", "Sweep"]
