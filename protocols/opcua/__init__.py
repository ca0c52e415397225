"""OPC UA over TCP: subscriptions from a server, and a server made of device models."""
