"""The demo's input is real: every example of the document, and people who get several messages."""

from collections import Counter, defaultdict

import msgspec

from producer.commands import SendMessage
from producer.queue.envelope import Delivery
from worker.demo import Expected
from worker.demo.campaign import PAGES, PEOPLE, Text, open_examples, texts
from worker.operations.lines import parse_line

MESSAGES = 20_000
# How often each method stands in the document with an example that can lie in a queue.
EXAMPLES = {
    "send_raw_body": 1,
    "send_message": 2,
    "send_text": 2,
    "send_attachment": 1,
    "send_audio": 2,
    "send_image": 3,
    "send_video": 2,
    "send_file": 2,
    "send_template": 1,
    "send_button_template": 1,
    "send_generic_template": 2,
    "send_list_template": 1,
    "send_open_graph_template": 1,
    "send_media_template": 1,
    "send_receipt_template": 1,
    "send_airline_boarding_pass_template": 1,
    "send_airline_checkin_template": 1,
    "send_airline_itinerary_template": 1,
    "send_airline_update_template": 1,
    "send_sender_action": 1,
    "mark_seen": 1,
    "typing_on": 1,
    "typing_off": 1,
    "send_batch": 1,
}


def test_the_examples_are_those_of_the_document() -> None:
    """Each method of the Send API has its examples, and every line is a command within all bounds."""
    expected = Expected()
    methods: Counter[str] = Counter()
    with open_examples() as source:
        for line in source:
            expected.add(PAGES[0], parse_line(line, Delivery(page=PAGES[0])).command)
            methods[msgspec.json.decode(line)["method"]] += 1
    assert (methods, expected.total) == (EXAMPLES, sum(EXAMPLES.values()) + 4)


def test_the_campaign_goes_to_a_few_thousand_people_over_five_pages() -> None:
    """All people of all five Pages get at least one text, some get many, and nobody belongs to two Pages."""
    people: defaultdict[str, list[Text]] = defaultdict(list)
    for text in texts(MESSAGES):
        people[text.psid].append(text)
    shares = [len(each) for each in people.values()]
    assert (sum(shares), len(people)) == (MESSAGES, PEOPLE)
    assert {len({text.page for text in each}) for each in people.values()} == {1}
    assert {text.page for each in people.values() for text in each} == set(PAGES)
    assert (min(shares), max(shares)) == (3, 21)


def test_texts_are_numbered_for_each_person() -> None:
    """The texts to a person count from 1 without a gap, and no two of them are alike."""
    people: defaultdict[str, list[Text]] = defaultdict(list)
    for text in texts(MESSAGES):
        people[text.psid].append(text)
    numbers = {psid: [text.number for text in each] for psid, each in people.items()}
    assert numbers == {psid: list(range(1, len(each) + 1)) for psid, each in people.items()}


def test_the_campaign_is_the_same_every_time() -> None:
    """Two runs ask for the same, so that two runs can be compared."""
    first = next(texts(1))
    message: dict[str, object] = {"text": "Message 1 to you: parcel 0000-1 is on its way."}
    assert first == Text(PAGES[0], "1254459154700000", 1)
    assert first.command == SendMessage(recipient=first.psid, message=message)
    assert list(texts(100)) == list(texts(1000))[:100]
