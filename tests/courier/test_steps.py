"""One step at a time: what a channel shows, and what is written of it."""

from __future__ import annotations

from bot.domain.delivery import PostKind, nonce
from bot.domain.subscription import Style
from tests.courier.doors import Doors
from tests.courier.scene import KEY, RADIO, Scene, at_rest, seconds, words
from tests.domain.builders import PAGE_URL
from tests.storage.factories import trial


async def test_one_tick_sends_the_card_and_writes_its_receipt(scene: Scene) -> None:
    here = await scene.subscribe()
    await scene.news("We are looking.")
    claimed = await scene.courier().tick()
    await at_rest()

    (card,) = scene.curb.everything(here)
    delivery = await scene.delivery(here)
    (receipt,) = delivery.receipts
    assert claimed == 1
    assert "We are looking." in words(card)
    assert card.nonce == nonce(here, KEY, "card", 0)
    assert (receipt.reference, receipt.kind, receipt.digest) == (
        card.reference,
        PostKind.CARD,
        card.post.digest,
    )
    assert (receipt.shows, receipt.possible_duplicate) == ((f"{KEY}-0",), False)
    assert (delivery.style, delivery.trace[-1].outcome) == (Style.THREAD, "ok")


async def test_the_next_change_replies_before_it_edits_the_card(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("We are looking.")
    await courier.run_dry()
    scene.clock.advance(seconds(60))
    await scene.news("We found it.", status="identified")
    await courier.tick()
    await at_rest()

    (card,) = scene.curb.top(here)
    assert [call.op for call in scene.curb.calls] == ["send", "send", "edit"]
    assert ["We found it." in words(reply) for reply in card.replies] == [True]
    assert card.edits == 1


async def test_what_was_missed_stands_in_the_order_of_the_page(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("First.")
    await courier.run_dry()
    for body, status in (("Second.", "identified"), ("Third.", "monitoring")):
        scene.clock.advance(seconds(60))
        await scene.news(body, status=status)
    await courier.run_dry()

    (card,) = scene.curb.top(here)
    (reply,) = card.replies
    assert 0 < words(reply).index("Second.") < words(reply).index("Third.")


async def test_changed_words_of_an_update_are_edited_where_they_stand(scene: Scene) -> None:
    here, courier = await scene.subscribe(), scene.courier()
    await scene.news("Wierd errors.")
    await courier.run_dry()
    await scene.rewritten("Weird errors.")
    await courier.run_dry()

    (card,) = scene.curb.everything(here)
    assert (card.edits, "Weird errors." in words(card)) == (1, True)


async def test_run_dry_serves_until_nothing_is_due_and_counts_its_claims(scene: Scene) -> None:
    channels = [await scene.subscribe(number) for number in range(5)]
    far = await scene.subscribe(platform=RADIO)
    await scene.news()
    claims = await scene.courier(in_flight=2).run_dry()

    assert claims == 6
    assert [len(scene.curb.top(channel)) for channel in channels] == [1] * 5
    assert len(scene.radio.top(far)) == 1
    assert await scene.store.next_due() is None


async def test_where_nothing_is_due_nothing_is_done(scene: Scene) -> None:
    await scene.subscribe()
    courier = scene.courier()

    assert (await courier.tick(), await courier.run_dry(), scene.curb.calls) == (0, 0, [])


async def test_a_settled_delivery_is_not_claimed_again(scene: Scene) -> None:
    await scene.subscribe()
    await scene.news()
    courier = scene.courier()
    await courier.run_dry()
    scene.clock.advance(seconds(600))

    assert await courier.run_dry() == 0
    assert len(scene.curb.calls) == 1


async def test_news_during_a_step_are_looked_at_after_it(scene: Scene) -> None:
    here = await scene.subscribe()
    doors = Doors(scene.curb, here)
    courier = scene.courier(curb=doors)
    await scene.news("We are looking.")
    await courier.tick()
    await doors.knocked()
    scene.clock.advance(seconds(10))
    await scene.news("We found it.", status="identified")
    doors.open(here)
    await courier.run_dry()

    (card,) = scene.curb.top(here)
    assert [call.op for call in scene.curb.calls] == ["send", "send", "edit"]
    assert ["We found it." in words(reply) for reply in card.replies] == [True]


async def test_a_new_card_goes_before_news_of_an_older_one(scene: Scene) -> None:
    await scene.subscribe()
    courier = scene.courier(in_flight=1)
    await scene.news("Old trouble.", key="older")
    await courier.run_dry()
    scene.clock.advance(seconds(60))
    await scene.news("Still old trouble.", key="older", status="identified")
    scene.clock.advance(seconds(1))
    await scene.news("New trouble.", key="newer")
    await courier.run_dry()

    assert [call.post.kind for call in scene.curb.calls[:3]] == [PostKind.CARD, PostKind.CARD, PostKind.REPLY]


async def test_a_test_asked_for_before_the_page_was_read_leads_to_the_page_all_the_same(
    unread: Scene,
) -> None:
    here = await unread.subscribe()
    record = trial(at=unread.clock.now())
    assert await unread.store.test(here, record, unread.clock.now())
    await unread.courier(page_url=PAGE_URL).run_dry()

    (card,) = unread.curb.everything(here)
    assert PAGE_URL in repr(card.post.message)


async def test_the_page_says_itself_where_it_is_once_it_was_read(scene: Scene) -> None:
    here = await scene.subscribe()
    await scene.news()
    await scene.courier(page_url="https://elsewhere.example.com").run_dry()

    (card,) = scene.curb.everything(here)
    assert PAGE_URL in repr(card.post.message)
    assert "elsewhere" not in repr(card.post.message)
