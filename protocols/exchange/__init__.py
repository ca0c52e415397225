"""Device models in the formats of others: W3C Things out and in, profiles and register lists in."""
