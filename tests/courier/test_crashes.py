"""A process that dies in the middle of a step, and the one that comes after it."""

from __future__ import annotations

import pytest

from tests.courier.scene import Scene, words
from tests.fakes.chat import Fate

CRASHES = [Fate.CRASH_BEFORE, Fate.CRASH_AFTER]


async def die(scene: Scene, fate: Fate) -> None:
    """Serve with a courier who dies of *fate* at its first step, and void its lease as a start does."""
    scene.curb.script(fate)
    await scene.courier(owner="former").run_dry()
    assert await scene.store.release_all() == 1


@pytest.mark.parametrize("fate", CRASHES)
async def test_a_card_is_shown_once_after_a_crash_where_the_platform_recognises_it(
    scene: Scene, fate: Fate
) -> None:
    here = await scene.subscribe()
    await scene.news("We are looking.")
    await die(scene, fate)
    await scene.courier().run_dry()

    (card,) = scene.curb.everything(here)
    delivery = await scene.delivery(here)
    assert "We are looking." in words(card)
    assert (delivery.unknown, delivery.receipts[0].reference) == (False, card.reference)


@pytest.mark.parametrize(("fate", "count"), [(Fate.CRASH_BEFORE, 1), (Fate.CRASH_AFTER, 2)])
async def test_where_it_does_not_a_card_is_shown_twice_only_if_it_was_accepted(
    scene: Scene, fate: Fate, count: int
) -> None:
    scene.curb.deduplicates = False
    here = await scene.subscribe()
    await scene.news()
    await die(scene, fate)
    await scene.courier().run_dry()

    assert len(scene.curb.everything(here)) == count
    assert (await scene.delivery(here)).receipts[0].possible_duplicate


@pytest.mark.parametrize("deduplicates", [True, False])
@pytest.mark.parametrize("fate", CRASHES)
async def test_the_words_are_those_of_now_although_the_incident_moved_on_after_the_crash(
    scene: Scene, fate: Fate, deduplicates: bool
) -> None:
    scene.curb.deduplicates = deduplicates
    here = await scene.subscribe()
    await scene.news("We are looking.")
    await die(scene, fate)
    await scene.news("We found it.", status="identified")
    await scene.courier().run_dry()

    card = scene.curb.everything(here)[-1]
    (receipt,) = (await scene.delivery(here)).receipts
    assert "We found it." in words(card)
    assert (receipt.reference, receipt.digest) == (card.reference, card.post.digest)


@pytest.mark.parametrize("deduplicates", [True, False])
@pytest.mark.parametrize("fate", CRASHES)
async def test_a_reply_survives_a_crash_below_its_card(scene: Scene, fate: Fate, deduplicates: bool) -> None:
    scene.curb.deduplicates = deduplicates
    here = await scene.subscribe()
    await scene.news("We are looking.")
    await scene.courier().run_dry()
    await scene.news("We found it.", status="identified")
    await die(scene, fate)
    await scene.courier().run_dry()

    (card,) = scene.curb.top(here)
    twice = fate is Fate.CRASH_AFTER and not deduplicates
    assert ["We found it." in words(reply) for reply in card.replies] == [True] * (2 if twice else 1)


@pytest.mark.parametrize("fate", CRASHES)
async def test_an_edit_that_died_is_made_again_and_shows_nothing_twice(scene: Scene, fate: Fate) -> None:
    here = await scene.subscribe()
    await scene.news("Wierd errors.")
    await scene.courier().run_dry()
    await scene.rewritten("Weird errors.")
    await die(scene, fate)
    await scene.courier().run_dry()

    (card,) = scene.curb.everything(here)
    assert "Weird errors." in words(card)
    assert not (await scene.delivery(here)).unknown


async def test_an_edit_that_may_have_been_made_is_taken_back_when_the_page_takes_its_words_back(
    scene: Scene,
) -> None:
    """The receipt says the old words, the channel the new ones; what is unknown must not count as shown."""
    here = await scene.subscribe()
    await scene.news("Old words.")
    await scene.courier().run_dry()
    await scene.rewritten("New words.")
    await die(scene, Fate.CRASH_AFTER)
    await scene.rewritten("Old words.")
    await scene.courier().run_dry()

    (card,) = scene.curb.everything(here)
    assert "Old words." in words(card)


async def test_a_second_crash_on_the_same_card_shows_no_third_message(scene: Scene) -> None:
    here = await scene.subscribe()
    await scene.news()
    await die(scene, Fate.CRASH_AFTER)
    await die(scene, Fate.CRASH_AFTER)
    await scene.courier().run_dry()

    assert len(scene.curb.everything(here)) == 1


async def test_a_crash_in_one_channel_leaves_the_others_served(scene: Scene) -> None:
    channels = [await scene.subscribe(number) for number in range(4)]
    await scene.news()
    await die(scene, Fate.CRASH_AFTER)

    assert [len(scene.curb.top(channel)) for channel in channels] == [1] * 4
    assert [len((await scene.delivery(channel)).receipts) for channel in channels] == [0, 1, 1, 1]
