"""Which measures a profile hits, how near, and in which order. It writes no sentence and no JSON."""
