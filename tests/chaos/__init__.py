"""Campaigns that kill the real program, and judge by what the stand-ins accepted alone."""
