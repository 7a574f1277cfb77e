"""Who wants to be told of changes: what each subscription is about, its messages, and how they are sent."""
