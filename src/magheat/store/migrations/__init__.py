"""The way of a knowledge base from every older form of its tables to today's; run by `magheat.store.database`."""
