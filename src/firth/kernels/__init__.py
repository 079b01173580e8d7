"""Compiled code: arrays in, arrays out; no strings, no files, no exceptions."""
