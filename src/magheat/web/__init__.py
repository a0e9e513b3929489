"""The page and the service: `magheat serve`."""
