"""The status page: reads it over HTTP and turns what it says into snapshots."""
