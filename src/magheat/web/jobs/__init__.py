"""Processes that compute, and the queue of jobs, which survives the server."""
