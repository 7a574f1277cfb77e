"""What we know: documents, vocabularies, words, and files read into text and outline. It knows no measure."""
