"""Printed rows joined with records: the tables and what they say."""
