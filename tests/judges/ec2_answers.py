"""botocore's word on what an AWS endpoint was asked and answered, exchange by exchange.

AWS's own parser reads every answer by AWS's own model of the service. What it would pass over in
silence is looked for here: elements that the model does not know, words that are not among an enum's,
and members that a caller cannot do without.
"""
import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree as xml

import walks

sys.path.append(walks.os.path.join(walks.SOURCE, "tests", "aws"))

import botocore_judge  # noqa: E402, exits with 77 where botocore is not installed
import botocore.parsers  # noqa: E402

SERVICES = {"/aws/": "ec2", "/aws-sts/": "sts", "/aws-pricing/": "pricing"}
# The model marks next to nothing as required in answers; these are what clients build upon.
NEEDED = {
    "RunInstances": ["ReservationId", "OwnerId", "Instances[].InstanceId", "Instances[].State.Name",
                     "Instances[].ImageId", "Instances[].InstanceType", "Instances[].LaunchTime",
                     "Instances[].Placement.AvailabilityZone", "Instances[].ClientToken"],
    "DescribeInstances": ["Reservations", "Reservations[].Instances[].InstanceId",
                          "Reservations[].Instances[].State.Code",
                          "Reservations[].Instances[].State.Name",
                          "Reservations[].Instances[].LaunchTime",
                          "Reservations[].Instances[].Architecture",
                          "Reservations[].Instances[].RootDeviceName"],
    "DescribeInstanceStatus": ["InstanceStatuses[].InstanceId",
                               "InstanceStatuses[].InstanceState.Name"],
    "TerminateInstances": ["TerminatingInstances[].InstanceId",
                           "TerminatingInstances[].CurrentState.Name",
                           "TerminatingInstances[].PreviousState.Name"],
    "DescribeInstanceTypes": ["InstanceTypes[].InstanceType", "InstanceTypes[].VCpuInfo.DefaultVCpus",
                              "InstanceTypes[].MemoryInfo.SizeInMiB", "InstanceTypes[].BareMetal",
                              "InstanceTypes[].ProcessorInfo.SupportedArchitectures",
                              "InstanceTypes[].CurrentGeneration"],
    "DescribeInstanceTypeOfferings": ["InstanceTypeOfferings[].InstanceType",
                                      "InstanceTypeOfferings[].LocationType",
                                      "InstanceTypeOfferings[].Location"],
    "DescribeImages": ["Images[].ImageId", "Images[].Name", "Images[].State", "Images[].CreationDate",
                       "Images[].Architecture", "Images[].RootDeviceName", "Images[].OwnerId",
                       "Images[].BlockDeviceMappings"],
    "DescribeRegions": ["Regions[].RegionName", "Regions[].Endpoint"],
    "DescribeAvailabilityZones": ["AvailabilityZones[].ZoneName", "AvailabilityZones[].State",
                                  "AvailabilityZones[].RegionName"],
    "DescribeKeyPairs": ["KeyPairs", "KeyPairs[].KeyName", "KeyPairs[].KeyFingerprint",
                         "KeyPairs[].KeyPairId"],
    "ImportKeyPair": ["KeyName", "KeyFingerprint", "KeyPairId"],
    "DescribeSecurityGroups": ["SecurityGroups[].GroupId", "SecurityGroups[].GroupName",
                               "SecurityGroups[].VpcId"],
    "CreateSecurityGroup": ["GroupId"],
    "DescribeVpcs": ["Vpcs[].VpcId", "Vpcs[].CidrBlock", "Vpcs[].IsDefault"],
    "DescribeSubnets": ["Subnets[].SubnetId", "Subnets[].AvailabilityZone", "Subnets[].VpcId"],
    "DescribeAddresses": ["Addresses"],
    "DescribeVolumes": ["Volumes[].VolumeId", "Volumes[].Size", "Volumes[].State"],
    "GetCallerIdentity": ["Account", "Arn", "UserId"],
    "GetProducts": ["FormatVersion", "PriceList"],
}


def operation_of(exchange):
    """(service, operation) of an exchange."""
    service = SERVICES[exchange.path]
    if service == "pricing":
        return service, exchange.headers["x-amz-target"].rsplit(".", 1)[1]
    return service, dict(urllib.parse.parse_qsl(exchange.body.decode()))["Action"]


def complaints(exchange):
    """What botocore finds wrong with the request's signature or with the answer."""
    service, operation = operation_of(exchange)
    found = signature_complaints(exchange, service)
    model = botocore_judge.service(service)
    shape = model.operation_model(operation).output_shape
    parser = botocore.parsers.create_parser(model.metadata["protocol"])
    try:
        parsed = parser.parse({"body": exchange.answer_body, "headers": exchange.answer_headers,
                               "status_code": exchange.status}, shape)
    except botocore.parsers.ResponseParserError as error:
        return found + [f"botocore cannot read it: {error}"]
    if exchange.status >= 300:
        return found + error_complaints(parsed)
    if service != "pricing":
        if not parsed["ResponseMetadata"].get("RequestId"):
            found.append("no request id")
        found += xml_complaints(xml.fromstring(exchange.answer_body), operation, shape)
    for path in NEEDED.get(operation, []):
        found += missing(parsed, path)
    if service == "pricing":
        for product in parsed["PriceList"]:
            if not {"product", "terms"} <= set(json.loads(product)):
                found.append(f"a product without its terms: {product[:80]}")
    return found


def error_complaints(parsed):
    return [f"an error without its {name}: {parsed}" for name in ("Code", "Message")
            if not parsed.get("Error", {}).get(name)]


def signature_complaints(exchange, service):
    """Of the bytes as they were on the wire."""
    headers = exchange.headers
    scope = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]+)/[0-9]{8}/([^/]+)/([^/]+)/aws4_request, "
                     r"SignedHeaders=([^,]+), Signature=", headers.get("authorization", ""))
    if not scope:
        return ["it is not signed"]
    key, region, signed_for, names = scope.groups()
    at = botocore_judge.datetime.datetime.strptime(headers["x-amz-date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
    case = {"service": signed_for, "region": region, "method": exchange.method, "key": key,
            "secret": walks.SECRETS["AS"], "token": "", "unix_s": int(at.timestamp()),
            "url": "http://" + headers["host"] + exchange.target, "body": exchange.body.decode(),
            "headers": [(name, headers[name]) for name in names.split(";") if name != "host"]}
    if signed_for != service:
        return [f"it is signed for {signed_for}"]
    expected = botocore_judge.signed_by_botocore(case)
    sent = headers["authorization"]
    return [] if sent == expected else [f"signature {sent}, and botocore's {expected}"]


def bare(tag):
    return tag.rsplit("}", 1)[-1]


def xml_complaints(root, operation, shape):
    if bare(root.tag) != operation + "Response":
        return [f"its root is {bare(root.tag)}"]
    wrapper = shape.serialization.get("resultWrapper") if shape else None
    if wrapper or any(bare(child.tag) == operation + "Result" for child in root):
        root = next(child for child in root if bare(child.tag) == operation + "Result")
    known = members(shape) if shape else {}
    found = []
    for child in root:
        if bare(child.tag) in ("requestId", "return") and bare(child.tag) not in known:
            continue  # of every answer; the parser takes the one, and clients the status for the other
        if bare(child.tag) not in known:
            found.append(f"{operation}.{bare(child.tag)}: not in AWS's model")
        else:
            found += element_complaints(child, known[bare(child.tag)], bare(child.tag))
    return sorted(set(found))


def members(shape):
    return {member.serialization.get("name", name): member for name, member in shape.members.items()}


def element_complaints(element, shape, where):
    if shape.type_name == "structure":
        known = members(shape)
        for child in element:
            name = bare(child.tag)
            if name not in known:
                yield f"{where}.{name}: not in AWS's model"
            else:
                yield from element_complaints(child, known[name], f"{where}.{name}")
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        for child in element:
            if bare(child.tag) != item:
                yield f"{where}.{bare(child.tag)}: AWS's model says {item}"
            else:
                yield from element_complaints(child, shape.member, where + "[]")
    elif getattr(shape, "enum", None) and (element.text or "") not in shape.enum:
        if shape.name not in NEWER_WORDS:
            yield f"{where}: {element.text!r} is none of {shape.name}'s words"


# Debian's botocore is of 2022: later instance types are unknown to it.
NEWER_WORDS = {"InstanceType"}


def missing(value, path):
    """Where `path` is not there; "a[].b": in every item of a."""
    values = [(value, "")]
    for step in path.split("."):
        is_list, name = step.endswith("[]"), step.removesuffix("[]")
        following = []
        for one, at in values:
            if name not in one:
                return [f"{at}{name} is missing"]
            for number, item in enumerate(one[name]) if is_list else ((None, one[name]),):
                following.append((item, f"{at}{name}" + ("." if number is None else f"[{number}].")))
        values = following
    return []
