"""One wrong field, in what berth asks or in what the fake answers, and the judge names it.

Somebody sits between berth and Prism, or between Prism and the fake, and spoils one message of a
conversation that is good otherwise.
"""
import json
import sys

import prism
import walks
from prism_story import DOCUMENTS, JudgedStory

# (vendor, method, end of the path, what is put where, the word that the judge must say)
SPOILT_REQUESTS = [
    ("hetzner", "POST", "/servers", ("name",), 5, "body.name: Request body property name must be string"),
    ("hetzner", "POST", "/servers", ("image",), None, "must have required property 'image'"),
    ("hetzner", "POST", "/servers", ("labels",), "a=b", "property labels must be object"),
    ("hetzner", "POST", "/servers", ("user-data",), "#!/bin/sh", "request.user-data: unknown"),
    ("digitalocean", "POST", "/droplets", ("region",), 7, "property region must be string"),
    ("digitalocean", "POST", "/droplets", ("size",), None, "must have required property 'size'"),
    ("digitalocean", "POST", "/droplets", ("tags",), "a", "property tags must be array"),
    ("digitalocean", "POST", "/droplets", ("userdata",), "#!/bin/sh", "request.userdata: unknown"),
]
SPOILT_ANSWERS = [
    ("hetzner", "GET", "/server_types", ("server_types", 0, "cores"), "two", "cores must be number"),
    ("hetzner", "GET", "/pricing", ("pricing", "currency"), None, "required property 'currency'"),
    ("hetzner", "POST", "/servers", ("server", "status"), "flying", "status must be equal to one of"),
    ("hetzner", "POST", "/servers", ("server", "datacentre"), {}, "answer.server.datacentre: unknown"),
    ("digitalocean", "GET", "/sizes", ("sizes", 0, "price_monthly"), "4.00", "must be number"),
    ("digitalocean", "GET", "/regions", ("regions", 0, "slug"), None, "required property 'slug'"),
    ("digitalocean", "POST", "/droplets", ("droplet", "status"), "flying", "must be equal to one of"),
    ("digitalocean", "POST", "/droplets", ("droplet", "ip"), "1.2.3.4", "answer.droplet.ip: unknown"),
]


caught = []


def spoil(body, where, value):
    document = json.loads(body)
    at = document
    for step in where[:-1]:
        at = at[step]
    if value is None:
        del at[where[-1]]
    else:
        at[where[-1]] = value
    return json.dumps(document).encode()


def spoiler(method, end, where, value, field):
    def change(exchange):
        if exchange.method == method and exchange.path.endswith(end) and exchange.status < 400:
            setattr(exchange, field, spoil(getattr(exchange, field), where, value))
    return change


def talks(judge, vendor):
    """What berth and the fake say to each other here, and what the judge says of it."""
    story = JudgedStory(judge, vendor)
    try:
        story.call("offers", {})
        story.call("create", story.create_request("first", user_data="#!/bin/sh\n"))
        return judge.violations()
    finally:
        story.__exit__(walks.Skipped)  # without the check that there are none


def controls_of(vendor):
    def nothing_is_spoilt():
        assert talks(judge, vendor) == []

    def one_wrong_field_of_a_request():
        for _, method, end, where, value, word in rows(SPOILT_REQUESTS):
            judge.front.change_request = spoiler(method, end, where, value, "body")
            expect(talks(judge, vendor), word)
            judge.front.change_request = None

    def one_wrong_field_of_an_answer():
        for _, method, end, where, value, word in rows(SPOILT_ANSWERS):
            judge.back.change_answer = spoiler(method, end, where, value, "answer_body")
            expect(talks(judge, vendor), word)
            judge.back.change_answer = None

    def an_answer_of_another_kind():
        def teapot(exchange):
            exchange.status, exchange.answer_body = 299, b"{}"
        judge.back.change_answer = teapot
        expect(talks(judge, vendor), "")
        judge.back.change_answer = None

    def rows(table):
        return [row for row in table if row[0] == vendor]

    def expect(violations, word):
        assert any(word in one for one in violations), f"{word!r} was not said, but {violations}"
        caught.append(word)
        print(f"        caught: {next(one for one in violations if word in one)[:150]}")

    with prism.judge(DOCUMENTS[vendor]) as judge:
        walks.walk(nothing_is_spoilt, one_wrong_field_of_a_request, one_wrong_field_of_an_answer,
                   an_answer_of_another_kind)


def main():
    worst = 0
    for vendor in DOCUMENTS:
        try:
            controls_of(vendor)
        except walks.Skipped as why:
            print(f"SKIPPED: {why}")
            sys.exit(77)
        except SystemExit as end:
            worst = worst or end.code
    print(f"JUDGED: {len(caught)} spoilt messages, and each was caught")
    sys.exit(worst)


main()
