#!/usr/bin/env python3
"""Every example in schema/ fits its own schema. Judge: python3-jsonschema (exit 77 without it)."""
import json
import pathlib
import sys

try:
    from jsonschema import Draft202012Validator, RefResolver  # Debian 12 has 4.10
except ImportError as missing:
    print("SKIPPED:", missing)
    sys.exit(77)

schemas = {path: json.loads(path.read_text()) for path in pathlib.Path(sys.argv[1]).rglob("*.json")}
store = {schema["$id"]: schema for schema in schemas.values()}
bad = 0
for path, schema in schemas.items():
    Draft202012Validator.check_schema(schema)
    for example in schema["examples"]:
        resolver = RefResolver(schema["$id"], schema, store)
        for error in Draft202012Validator(schema, resolver=resolver).iter_errors(example):
            print(path, error.json_path, error.message)
            bad += 1
print(len(schemas), "schemas,", bad, "problems")
sys.exit(1 if bad or not schemas else 0)
