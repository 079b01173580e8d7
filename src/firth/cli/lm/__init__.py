"""The `firth lm` command: language models."""
