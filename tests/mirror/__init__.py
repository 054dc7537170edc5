"""The rules of the mirror: what a channel shows of an incident, by plain functions alone."""
