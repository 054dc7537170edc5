"""The bench: each figure beside its floor, measured in the same run. `python3 dev.py bench [SCENARIO]`."""
