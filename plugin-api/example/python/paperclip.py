#!/usr/bin/env python3
"""The paperclip provider as a script. See ../cloud.py for the cloud's API."""
import json
from urllib.parse import urlencode

import berth_plugin as berth

MANIFEST = {
    "id": "paperclip-py", "version": "1.0.0", "name": "Paperclip cloud (Python)",
    "interfaces": ["berth.cloud-provider/1"], "concurrent": 16, "default_region": "desk",
    "rate": {"requests": 600, "per_s": 60},
    "config": {
        "token": {"type": "string", "secret": True, "required": True, "help": "the API token"},
        "endpoint": {"type": "string", "default": "http://127.0.0.1:8085", "help": "where the API is"}}}


def server_of(given):
    labels = given["labels"]
    return {"server_id": given["id"], "attempt_id": labels.get("attempt", ""),
            "installation_id": labels.get("installation", ""),
            "organization_id": labels.get("organization_id", ""), "name": given["name"],
            "region": given["region"], "instance_type": given["type"], "detail": given["state"],
            "state": "running" if given["state"] == "running" else "pending",
            "public_ipv4": given["ipv4"] or "", "created_unix_ms": given["created_unix_ms"]}


class Paperclip:
    def __init__(self, config):
        self._endpoint, self._token = config["endpoint"], config["token"]

    def check(self, _, call):
        self._ask(call, "GET", "/offers")
        return {}

    def offers(self, request, call):
        if not isinstance(request.get("regions", []), list):
            raise berth.Failure("invalid", "regions: expected an array", effect="none")
        return {"offers": [
            {"region": given["region"], "instance_type": given["type"], "arch": "x86_64",
             "vcpu": given["cpus"], "memory_mib": given["memory_mib"],
             "disk_mib": given["disk_gib"] * 1024, "currency": given["currency"],
             "hourly": given["price_per_hour"], "as_of_unix_ms": call.now_unix_ms(),
             "availability": "available" if given["in_stock"] else "unavailable"}
            for given in self._ask(call, "GET", "/offers")["offers"]]}

    def create(self, request, call):
        berth_labels = {"installation": wanted(request, "installation_id"),
                        "organization_id": wanted(request, "organization_id"),
                        "attempt": wanted(request, "attempt_id"),
                        "candidate": str(request.get("candidate", 0))}
        body = {"name": wanted(request, "name"), "type": wanted(request, "instance_type"),
                "region": wanted(request, "region"), "user_data": request.get("user_data", ""),
                "labels": {**request.get("labels", {}), **berth_labels}}
        try:
            return {"server": server_of(self._ask(call, "POST", "/servers", body))}
        except berth.Failure as failure:
            if failure.code != "conflict":
                raise
            # The name is made of the attempt: ours if installation, attempt and candidate agree.
            ours = {key: berth_labels[key] for key in ("installation", "attempt", "candidate")}
            servers = self._servers(call, **ours)
            if not servers:
                raise
            return {"server": server_of(servers[0])}

    def find(self, request, call):
        sought = {entry["attempt_id"] for entry in request.get("sought", [])}
        servers = [server_of(given) for given in
                   self._servers(call, installation=wanted(request, "installation_id"))]
        seen = {server["attempt_id"] for server in servers}
        return {"servers": [server for server in servers
                            if request.get("all") or server["attempt_id"] in sought],
                "absent": sorted(sought - seen), "complete": True}

    def destroy(self, request, call):
        identity = wanted(request.get("server", {}), "server_id")
        try:
            self._ask(call, "DELETE", "/servers/" + identity)
        except berth.Failure as failure:
            if failure.code != "not_found":  # a server that is not there is done
                raise
        return {}

    def _servers(self, call, **labels):
        return self._ask(call, "GET", "/servers?" + urlencode(labels))["servers"]

    def _ask(self, call, method, path, body=None):
        response = call.http(method, self._endpoint + path, {"authorization": "Bearer " + self._token},
                             b"" if body is None else json.dumps(body).encode(), method == "DELETE")
        if response.status == 204:
            return None
        if response.status < 300:
            return response.json()
        raise failure_of(response)


def failure_of(response):
    """A 4xx was refused, so nothing happened; a 5xx may have."""
    error = {}
    if response.body.startswith(b"{"):
        error = response.json().get("error", {})
    out_of_stock = error.get("code") == "out_of_stock"
    codes = {401: "denied", 403: "denied", 404: "not_found", 409: "conflict", 429: "rate_limited"}
    code = "out_of_stock" if out_of_stock else codes.get(
        response.status, "invalid" if response.status < 500 else "unavailable")
    return berth.Failure(code, error.get("message", f"the cloud answered {response.status}"),
                         effect="none" if out_of_stock or response.status < 500 else "unknown",
                         vendor_code=error.get("code", ""))


def wanted(request, key):
    if not isinstance(request.get(key), str) or not request[key]:
        raise berth.Failure("invalid", f"{key}: is missing, empty or no text", effect="none")
    return request[key]


if __name__ == "__main__":
    berth.run(MANIFEST, {"berth.cloud-provider/1": Paperclip})
