"""How Cepei is reached: HTTP, pages, command line, screenings as durable jobs. It holds no rules of its own."""

__version__ = "0.1.0"
