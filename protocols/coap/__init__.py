"""CoAP (RFC 7252) with Observe (RFC 7641): LwM2M and IPSO objects and plain resources."""
