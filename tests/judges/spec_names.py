"""What Prism lets pass: names that the vendor's document does not know.

OpenAPI's objects are open, so a misspelt field of a request, or one that a fake made up, is valid for
Prism. Here every name of a JSON object and every query parameter must stand in the document.
"""
import json
import re

GROUPS = ("allOf", "oneOf", "anyOf")
# What a vendor sends beyond its own document, as its users have seen it.
UNDOCUMENTED = {
    # DigitalOcean's 422 for want of capacity names the regions that have some.
    "answer.error_attributes",
}


class SpecNames:
    def __init__(self, document):
        self.document = document
        # The most literal path first: /droplets/actions before /droplets/{id}.
        self.paths = sorted(document["paths"], key=lambda path: (path.count("{"), path))

    def resolved(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def template(self, path):
        """The document's own spelling of a path, or None."""
        for template in self.paths:
            if re.fullmatch(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template)), path):
                return template
        return None

    def complaints(self, exchange):
        template = self.template(exchange.path)
        operation = template and self.document["paths"][template].get(exchange.method.lower())
        if not operation:
            return [f"{exchange.method} {exchange.path}: not in the vendor's document"]
        found = []
        parameters = [self.resolved(one) for one in operation.get("parameters", []) +
                      self.document["paths"][template].get("parameters", [])]
        known = {one["name"].removesuffix("[]") for one in parameters if one["in"] == "query"}
        found += [f"query {name}: unknown" for name, _ in exchange.query
                  if name.removesuffix("[]") not in known]
        asked = self.schema(operation.get("requestBody", {}))
        if exchange.body:
            found += self.unknown(exchange.body, asked, "request")
        answers = operation["responses"]
        answered = answers.get(str(exchange.status)) or answers.get(f"{exchange.status // 100}XX") \
            or answers.get("default", {})
        if exchange.answer_body:
            found += self.unknown(exchange.answer_body, self.schema(answered), "answer")
        return found

    def schema(self, message):
        return self.resolved(message).get("content", {}).get("application/json", {}).get("schema")

    def unknown(self, body, schema, where):
        try:
            value = json.loads(body)
        except ValueError:
            return [f"{where}: not JSON"]
        if schema is None:
            return [f"{where}: the vendor's document has no body here"]
        return sorted(set(self.walk(value, [schema], where)))

    def alternatives(self, schemas):
        """The schemas with all that they are composed of."""
        for schema in map(self.resolved, schemas):
            yield schema
            for group in GROUPS:
                yield from self.alternatives(schema.get(group, []))

    def walk(self, value, schemas, where):
        schemas = list(self.alternatives(schemas))
        if isinstance(value, list):
            items = [schema["items"] for schema in schemas if "items" in schema]
            for one in value if items else ():
                yield from self.walk(one, items, where + "[]")
        elif isinstance(value, dict):
            others = [schema["additionalProperties"] for schema in schemas
                      if schema.get("additionalProperties")]
            is_free = not any("properties" in schema for schema in schemas)
            for name, inner in value.items():
                named = [schema["properties"][name] for schema in schemas
                         if name in schema.get("properties", {})]
                if named:
                    yield from self.walk(inner, named, f"{where}.{name}")
                elif not is_free and not others and f"{where}.{name}" not in UNDOCUMENTED:
                    yield f"{where}.{name}: unknown"
