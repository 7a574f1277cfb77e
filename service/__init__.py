"""How Cepei is reached: HTTP service, pages and command line."""

__version__ = "0.1.0"
