"""What only one of several processes does at a time."""
