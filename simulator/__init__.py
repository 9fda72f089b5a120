"""A Telegram Bot API server in a box, for the demo and the tests.

`python -m simulator --port N` serves the Bot API at `/bot<token>/<method>`, a page to play in at `/`, and
the control API at `/sim/...` (described in `/openapi.json`). Tests run it inside their own event loop:

    async with serving() as sim:                      # simulator.server
        sim.do("join", chat="@upper_town_demo", user=STRANGER)
        ... DZE_TELEGRAM_API=sim.url, DZE_TELEGRAM_TOKEN=DEMO_TOKEN ...
        sim.world.chat(UPPER_TOWN).messages           # look at the world itself

`world` is the state, `deeds` what happens in it, `methods` the Bot API, `control` and `page` the way in for
people and tests. Refusals are worded as the Bot API server words them.
"""
