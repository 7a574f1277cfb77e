"""The frame of a request: who asks, in which language, what is served, how input and answers are handled."""
