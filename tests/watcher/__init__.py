"""The watcher on a real client, a real store and a loopback page."""
