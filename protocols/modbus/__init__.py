"""Modbus TCP: block reads, one request at a time, commands before polls."""
