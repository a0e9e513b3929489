"""What requests and answers of the service look like: JSON, SI, nothing that is not named here."""
