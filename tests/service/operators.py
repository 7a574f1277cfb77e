"""An operator: one key of a running server, and what is asked with it."""

import json
import time
from pathlib import Path

import pytest

from service.keys import Keys, Role
from service.store import Store

ON = "2026-11-21"
JSON = {"Content-Type": "application/json"}


class Operator:
    """One key and what is asked with it."""

    def __init__(self, server, role=Role.OPERATOR):
        self.server = server
        self.data = Path(server.given["CEPEI_DATA"])
        self.key, self.text = Keys(Store(self.data)).add(role)

    def call(self, method, path, body=None, **headers):
        return self.server.call(method, path, body=body, headers={"Authorization": f"Bearer {self.text}", **headers})

    def get(self, path):
        return self.call("GET", path)

    def screen(self, tenants, **options):
        body = json.dumps({"tenants": tenants, "on": ON, **options}, ensure_ascii=False).encode()
        reply = self.call("POST", "/v1/screenings", body, **JSON)
        assert reply.status == 202, reply.body
        assert reply.headers["Location"] == f"/v1/screenings/{reply.json['id']}"
        return reply.headers["Location"]

    def upload(self, name, content, path="/v1/screenings", **fields):
        parts = [
            f'--cut\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
        ]
        parts.append(f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
        body = "".join(parts).encode() + content + b"\r\n--cut--\r\n"
        return self.call("POST", path, body, **{"Content-Type": "multipart/form-data; boundary=cut"})

    def wait(self, place, until=("finished", "failed", "cancelled"), seconds=300):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            reported = self.get(place).json
            if reported["state"] in until:
                return reported
            time.sleep(0.05)
        pytest.fail(f"still {reported}")

    def let_leases_run_out(self):
        """Let the seconds pass after which a screening of a dead worker is another's to take."""
        Store(self.data).change("UPDATE screenings SET lease_until = 0 WHERE lease_until IS NOT NULL", {})

    def finished(self, tenants, **options):
        place = self.screen(tenants, **options)
        reported = self.wait(place)
        assert reported["state"] == "finished", reported
        return place
