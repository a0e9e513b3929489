"""One module per form of the tables. What is written here is never changed once it was released."""
