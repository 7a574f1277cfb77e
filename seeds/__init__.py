"""What Cepei knows: policy documents, vocabularies, and how to read them."""
