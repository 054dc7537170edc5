"""The memory: everything the bot knows, in SQLite or PostgreSQL."""
