"""The convergence property: whatever happens on the way, in the end a channel shows what it should."""
