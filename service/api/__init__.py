"""The calls of the API, a function each. Shapes of answers stand in service/shapes and matcher/answers."""
