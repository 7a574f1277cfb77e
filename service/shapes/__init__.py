"""The shapes of what the service answers beside a match, as typed values, and types into openapi.yaml."""
