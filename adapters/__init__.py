"""The outside: one module or package per service, none of which knows another."""
