"""Stand-ins for what is outside: small, faithful, and scripted by the tests."""
