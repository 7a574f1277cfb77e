"""Screenings: many tenants against every measure, as durable jobs with files beside the data file."""
