"""gensim.scripts: programs that convert and train, as `python -m firth.gensim.scripts.NAME`."""
