"""The application that gunicorn loads, with the settings of the environment."""

from __future__ import annotations

from service.app import create_app
from service.intake.readers import prepare
from service.screenings.jobs import sent
from service.settings import load_settings

prepare((sent.__name__, sent.warm.__name__))  # the web workers, forked from here, have their files read by one process
app = create_app(load_settings())
