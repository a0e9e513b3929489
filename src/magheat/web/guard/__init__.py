"""What stands between a request and its answer: who may ask, how often, how much; and what browsers may do."""
