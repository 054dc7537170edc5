"""The ways in, as the program keeps them open."""
