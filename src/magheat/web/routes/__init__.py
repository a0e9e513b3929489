"""The paths of the service, a module each."""
