"""What is simulated: frozen, checked once at construction, in SI."""
