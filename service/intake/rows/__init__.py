"""What the cells of a row state, into a profile or into reasons why not. It knows no form of file."""
