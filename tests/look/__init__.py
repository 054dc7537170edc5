"""`status`: one look, one answer."""
