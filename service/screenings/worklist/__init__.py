"""What an operator does with a finished screening: whom to call, what to ask, what became of it."""
