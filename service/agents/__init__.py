"""Tools for agents over the Model Context Protocol: calls of the API under names and descriptions that models read."""
