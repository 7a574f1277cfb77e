"""The subcommands of `cepei`: one module a command, imported when it is asked for."""
