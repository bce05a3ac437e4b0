"""Checks an OpenAPI 3.1 document, and answers of the service against it.

    check.py DOCUMENT [ANSWERS]

ANSWERS: a line an answer, with tabs: method, path, status, file of the head, file of the body. Prints `ok - ...` or `not ok - ...`
a check; the exit status is 0 only if none failed. Schemas are JSON Schema 2020-12, as OpenAPI 3.1 has them; here they are closed:
a member that the document does not name is an error, so that nothing goes undocumented.
"""
import copy
import json
import re
import sys

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

failed = 0


def check(name, problems):
    global failed
    problems = list(problems)
    print(("not ok - " if problems else "ok - ") + name)
    for problem in problems[:4]:
        print("# " + str(problem)[:400])
    failed += bool(problems)


def closed_object(properties, required=(), **more):
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False, **more}


def map_of(schema, names=r"^[A-Za-z0-9._ -]+$"):
    return {"type": "object", "patternProperties": {names: schema}, "additionalProperties": False}


def of(name):
    return {"$ref": "#/$defs/" + name}


TEXT = {"type": "string", "minLength": 1}
REFERENCE = closed_object({"$ref": {"type": "string", "pattern": "^#/components/"}}, ["$ref"])
SECURITY = {"type": "array", "items": map_of({"type": "array", "items": TEXT})}

# What OpenAPI 3.1.0 says of its objects, as far as a document of ours has them.
OPENAPI = {
    "$defs": {
        "schema": {"type": ["object", "boolean"]},
        "example": closed_object({"summary": TEXT, "value": {}}, ["value"]),
        "mediaType": closed_object(
            {"schema": of("schema"), "example": {}, "examples": map_of(of("example"))}, ["schema"], minProperties=2),
        "header": {"anyOf": [REFERENCE, closed_object({"description": TEXT, "schema": of("schema")}, ["schema"])]},
        "response": {"anyOf": [REFERENCE, closed_object(
            {"description": TEXT, "headers": map_of(of("header")),
             "content": map_of(of("mediaType"), r"^[a-z]+/[a-z+]+$")}, ["description"])]},
        "parameter": {"anyOf": [REFERENCE, closed_object(
            {"name": TEXT, "in": {"enum": ["query", "header", "path", "cookie"]}, "description": TEXT,
             "required": {"type": "boolean"}, "schema": of("schema"), "example": {}}, ["name", "in", "schema", "example"])]},
        "operation": closed_object(
            {"operationId": TEXT, "summary": TEXT, "description": TEXT, "security": SECURITY,
             "parameters": {"type": "array", "items": of("parameter")},
             "responses": map_of(of("response"), r"^[1-5][0-9][0-9]$")}, ["operationId", "summary", "responses"]),
        "pathItem": closed_object({method: of("operation") for method in ("get", "post")}, minProperties=1),
    },
    **closed_object(
        {"openapi": {"type": "string", "pattern": r"^3\.1\.[0-9]+$"},
         "info": closed_object({"title": TEXT, "version": TEXT, "description": TEXT}, ["title", "version"]),
         "servers": {"type": "array", "items": closed_object({"url": TEXT}, ["url"])},
         "security": SECURITY,
         "paths": map_of(of("pathItem"), "^/"),
         "components": closed_object(
             {"schemas": map_of(of("schema")), "parameters": map_of(of("parameter")), "headers": map_of(of("header")),
              "responses": map_of(of("response")),
              "securitySchemes": map_of(closed_object(
                  {"type": {"const": "http"}, "scheme": TEXT, "description": TEXT}, ["type", "scheme"]))})},
        ["openapi", "info", "paths"]),
}


def walk(node, path=""):
    """Every object below node, with where it is."""
    if isinstance(node, dict):
        yield path, node
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from walk(value, "%s/%s" % (path, key))


def target(document, reference):
    for part in reference[2:].split("/"):
        document = document[part]
    return document


def resolved(document, node):
    while "$ref" in node:
        node = target(document, node["$ref"])
    return node


def close(schemas):
    for _, node in walk(schemas):
        if node.get("type") == "object" and "properties" in node:
            node.setdefault("additionalProperties", False)


def errors(document, schema, value):
    validator = Draft202012Validator(schema, resolver=RefResolver("", document), format_checker=FormatChecker())
    return ["%s: %s" % ("/".join(map(str, e.absolute_path)), e.message) for e in validator.iter_errors(value)]


def schemas_of(document):
    yield from document["components"]["schemas"].items()
    for path, node in walk({key: document[key] for key in ("paths", "components")}):
        if "schema" in node and "/examples" not in path and "/schemas" not in path:
            yield path, node["schema"]


def invalid_schemas(document):
    for name, schema in schemas_of(document):
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
            yield "%s: %s" % (name, error.message)
        for path, node in walk(schema):
            for member in set(node.get("required", ())) - set(node.get("properties", ())) if "properties" in node else ():
                yield "%s%s requires %s and does not say what it is" % (name, path, member)


def dangling(document):
    used = set()
    for path, node in walk(document):
        if isinstance(node.get("$ref"), str):
            used.add(node["$ref"])
            try:
                target(document, node["$ref"])
            except KeyError:
                yield "%s refers to %s" % (path, node["$ref"])
    for kind, parts in document["components"].items():
        for name in parts if kind != "securitySchemes" else ():
            if "#/components/%s/%s" % (kind, name) not in used:
                yield "%s %s is not used" % (kind, name)


def wrong_examples(document):
    for path, node in walk(document):
        if "schema" not in node or "/schemas/" in path:
            continue
        examples = [example["value"] for example in node.get("examples", {}).values()]
        examples += [node["example"]] if "example" in node else []
        for example in examples:
            yield from ("%s: %s" % (path, error) for error in errors(document, node["schema"], example))


def check_document(document):
    check("openapi.json is an OpenAPI 3.1 document", errors(OPENAPI, OPENAPI, document))
    check("its schemas are JSON Schema 2020-12", invalid_schemas(document))
    check("every reference leads somewhere, and every component is used", dangling(document))
    check("every example is as its schema says", wrong_examples(document))
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    check("every operation has an id of its own", [name for name in names if names.count(name) > 1])


def headers_of(file):
    with open(file, encoding="utf-8", newline="") as lines:
        pairs = [line.rstrip("\r\n").split(": ", 1) for line in lines if ": " in line]
    return {name.lower(): value for name, value in pairs}


def problems_of(document, method, path, status, head_file, body_file):
    """What is wrong with an answer."""
    item = document["paths"][path]
    operation = item.get("get" if method == "HEAD" else method.lower()) or next(iter(item.values()))  # a method that is refused
    if status not in operation["responses"]:
        return ["%s is not among its answers" % status]
    response = resolved(document, operation["responses"][status])
    headers = headers_of(head_file)
    problems = [] if re.fullmatch("[0-9a-f]{32}", headers.get("x-request-id", "")) else ["it has no X-Request-Id"]
    for name, header in response.get("headers", {}).items():
        if name.lower() in headers:
            problems += errors(document, resolved(document, header)["schema"], headers[name.lower()])
    with open(body_file, encoding="utf-8", newline="") as file:
        body = file.read()
    if method == "HEAD" or "content" not in response:
        return problems + (["it has a body"] if body else [])
    media = headers.get("content-type", "").split(";")[0]
    if media not in response["content"]:
        return problems + ["%s is not among its types" % media]
    value = json.loads(body) if media.endswith("json") else body
    return problems + errors(document, response["content"][media]["schema"], value)


def check_answers(document, file):
    met = set()
    for line in open(file, encoding="utf-8"):
        method, path, status, head_file, body_file = line.rstrip("\n").split("\t")
        met.add(path)
        check("%s %s: %s is as openapi.json says" % (method, path, status),
              problems_of(document, method, path, status, head_file, body_file))
    check("every address has answered", set(document["paths"]) - met)


with open(sys.argv[1], encoding="utf-8") as text:
    openapi = json.load(text)
check_document(openapi)
openapi = copy.deepcopy(openapi)
close(openapi)
check("every example has only what its schema names", wrong_examples(openapi))
if len(sys.argv) > 2:
    check_answers(openapi, sys.argv[2])
sys.exit(failed > 0)
