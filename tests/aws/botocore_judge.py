#!/usr/bin/python3
"""Judges requests that berth's aws plugin made, by AWS's own Python library.

Reads JSON lines: {service, region, operation, params, method, url, headers, body, unix_s, key,
secret, token}. For each, botocore signs the same bytes at the same time, and serializes `params`
itself (and `user_data_hex`, the raw bytes of UserData); both must agree with what berth sent. Exit:
0 agreed, 1 not (stdout says where), 77 botocore is not installed.
"""
import base64
import datetime
import functools
import json
import sys
import urllib.parse

try:
    import botocore.auth
    import botocore.loaders
    import botocore.model
    import botocore.serialize
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError as error:
    print(f"botocore is not installed ({error}): apt-get install python3-botocore")
    sys.exit(77)


class FixedTime(datetime.datetime):
    at = None

    @classmethod
    def utcnow(cls):
        return cls.at

    @classmethod
    def now(cls, tz=None):
        return cls.at


class FixedModule:
    datetime = FixedTime


def signed_by_botocore(case):
    FixedTime.at = datetime.datetime.utcfromtimestamp(case["unix_s"])
    botocore.auth.datetime = FixedModule
    # As berth sent it, without what signing added.
    headers = {name: value for name, value in case["headers"]
               if name not in ("authorization", "x-amz-date", "x-amz-security-token")}
    request = AWSRequest(case["method"], case["url"], headers, case["body"].encode())
    credentials = Credentials(case["key"], case["secret"], case["token"] or None)
    botocore.auth.SigV4Auth(credentials, case["service"], case["region"]).add_auth(request)
    return request.headers["Authorization"]


@functools.lru_cache(maxsize=None)
def service(name):
    return botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"))


def serialized_by_botocore(case):
    model, params = service(case["service"]), dict(case["params"])
    if case.get("user_data_hex"):
        params["UserData"] = base64.b64encode(bytes.fromhex(case["user_data_hex"])).decode()
    serializer = botocore.serialize.create_serializer(model.metadata["protocol"])
    return serializer.serialize_to_request(params, model.operation_model(case["operation"]))


def body_complaint(case):
    expected = serialized_by_botocore(case)["body"]
    if case["service"] == "pricing":
        ours, theirs = json.loads(case["body"]), json.loads(expected)
    else:
        ours = sorted(urllib.parse.parse_qsl(case["body"], keep_blank_values=True))
        theirs = sorted((key, str(value)) for key, value in expected.items())
    if ours == theirs:
        return None
    return f"body: ours {ours}\n      botocore's {theirs}"


def main():
    cases = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    wrong = 0
    for case in cases:
        complaints = []
        sent = dict(case["headers"])["authorization"]
        expected = signed_by_botocore(case)
        if sent != expected:
            complaints.append(f"signature: ours {sent}\n           botocore's {expected}")
        if "params" in case:
            complaint = body_complaint(case)
            if complaint:
                complaints.append(complaint)
        for complaint in complaints:
            print(case.get("operation", case["url"]), complaint)
        wrong += bool(complaints)
    print(f"{len(cases)} requests judged, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
