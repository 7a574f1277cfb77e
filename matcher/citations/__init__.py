"""What a text quotes and cites of policies, held against the documents: word for word, altered, or not there."""
