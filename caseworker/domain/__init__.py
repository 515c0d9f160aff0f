"""Casework as plain data and rules: no database, no network, no screen. Times are passed in, never asked for."""
