"""One module for each step; its number is the schema's version after it."""
