"""The tests: real parts, loopback servers, fakes of what is outside."""
