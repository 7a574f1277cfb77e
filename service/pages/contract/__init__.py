"""The contract at /openapi.yaml and as pages: every call with a request and its answer, and how to try it."""
