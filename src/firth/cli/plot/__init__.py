"""`firth plot`: one file per picture."""
