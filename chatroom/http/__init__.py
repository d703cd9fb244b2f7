"""Requests in, operations out: surfaces over the operations table, each with its dialect of saying yes and no."""
