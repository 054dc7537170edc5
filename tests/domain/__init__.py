"""Tests of the domain: what it knows, remembers and answers."""
