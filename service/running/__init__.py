"""How the processes of one server start, count together and end, under gunicorn."""
