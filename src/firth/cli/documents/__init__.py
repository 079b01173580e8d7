"""The `firth documents` command: vectors of documents."""
