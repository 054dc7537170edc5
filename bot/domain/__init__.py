"""The rules, pure: standard library only, nothing here awaits."""
