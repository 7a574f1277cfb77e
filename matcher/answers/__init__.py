"""What is stated of measures for one company: evidence, explanation, questions, the answer. It knows no HTTP."""
