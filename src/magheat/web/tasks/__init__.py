"""What the processes that compute do: from the text of a request to the bytes of its answer."""
