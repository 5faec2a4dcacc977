"""A synthetic customer that has a bad time, on purpose, in every source: does the alert come?"""
