"""Learning from the loops as the paper does, and how it fares between the values of its grid."""
