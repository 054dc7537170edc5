"""The courier on a real store, with platforms in memory."""
