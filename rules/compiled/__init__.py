"""The same decisions for whole columns of profiles, fast; rules/language is the reference it agrees with."""
